/* The names that a pane finds under `Office` before anything has been said to the mailbox page. */

const Office = {
  AsyncResultStatus: { Succeeded: "succeeded", Failed: "failed" },
  CoercionType: { Text: "text", Html: "html" },
  EventType: {
    AttachmentsChanged: "olkAttachmentsChanged",
    DialogEventReceived: "dialogEventReceived",
    DialogMessageReceived: "dialogMessageReceived",
    ItemChanged: "olkItemSelectedChanged",
    OfficeThemeChanged: "officeThemeChanged",
    RecipientsChanged: "olkRecipientsChanged",
  },
  HostType: { Outlook: "Outlook" },
  PlatformType: { Android: "Android", Mac: "Mac", OfficeOnline: "OfficeOnline", PC: "PC", iOS: "iOS" },
  InitializationReason: { DocumentOpened: "documentOpened", Inserted: "inserted" },
  MailboxEnums: {
    AttachmentContentFormat: { Base64: "base64", Eml: "eml", ICalendar: "iCalendar", Url: "url" },
    AttachmentType: { Cloud: "cloud", File: "file", Item: "item" },
    ComposeType: { Forward: "forward", NewMail: "newMail", Reply: "reply" },
    ItemNotificationMessageType: {
      ErrorMessage: "errorMessage",
      InformationalMessage: "informationalMessage",
      InsightMessage: "insightMessage",
      ProgressIndicator: "progressIndicator",
    },
    ItemType: { Appointment: "appointment", Message: "message" },
    RecipientType: { DistributionList: "distributionList", ExternalUser: "externalUser", Other: "other", User: "user" },
    RestVersion: { v1_0: "v1.0", v2_0: "v2.0" },
  },
  context: {},
  initialize: null,
};
