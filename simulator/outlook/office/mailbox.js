/* `Office.context`, filled from what the mailbox page says and kept in step with it. */

function fillContext(context, isSetSupported) {
  Object.assign(Office.context, {
    host: Office.HostType.Outlook,
    platform: context.platform,
    displayLanguage: context.displayLanguage,
    contentLanguage: context.displayLanguage,
    diagnostics: { host: Office.HostType.Outlook, platform: context.platform, version: context.version },
    requirements: { isSetSupported },
    mailbox: createMailbox(context, isSetSupported),
    ui,
  });
  if (!context.mobile) Office.context.officeTheme = context.theme;
  onHostMessage("item", ({ item }) => changeItem(item, isSetSupported));
  onHostMessage("recipients", ({ changed }) =>
    raise(Office.EventType.RecipientsChanged, { changedRecipientFields: changed }),
  );
  onHostMessage("theme", ({ theme }) => changeTheme(theme));
}

function createMailbox(context, isSetSupported) {
  return {
    diagnostics: { hostName: context.hostName, hostVersion: context.version },
    userProfile: context.userProfile,
    item: createItem(context.item, isSetSupported),
    ...withinRequirements({ 1.5: handlerMembers }, isSetSupported),
    ...(context.mobile ? {} : withinRequirements(desktopMembers, isSetSupported)),
  };
}

const desktopMembers = {
  1.1: {
    displayMessageForm: (itemId) => void askHost("form.message", { itemId }),
  },
  1.3: {
    convertToRestId: (itemId) => itemId.replaceAll("/", "-").replaceAll("+", "_"),
    convertToEwsId: (itemId) => itemId.replaceAll("-", "/").replaceAll("_", "+"),
  },
  1.6: {
    displayNewMessageForm: (form) => void askHost("form.new", { form: asNewMessageForm(form) }),
  },
  1.9: {
    displayMessageFormAsync: asynchronous((options, itemId) => askHost("form.message", { itemId })),
    displayNewMessageFormAsync: asynchronous((options) => askHost("form.new", { form: asNewMessageForm(options) })),
  },
};

function asNewMessageForm(form = {}) {
  const { toRecipients = [], ccRecipients = [], bccRecipients = [], subject = "", htmlBody = "" } = form;
  return { toRecipients, ccRecipients, bccRecipients, subject, htmlBody };
}

function changeItem(snapshot, isSetSupported) {
  Office.context.mailbox.item = createItem(snapshot, isSetSupported);
  raise(Office.EventType.ItemChanged);
}

function changeTheme(theme) {
  Office.context.officeTheme = theme;
  raise(Office.EventType.OfficeThemeChanged, { officeTheme: theme });
}
