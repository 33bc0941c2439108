"""A page with one message for a person: what is true, and one thing to do next. In Spanish and English."""

from flask import Response, render_template

from server.web.language import Language, asked_language

# For each code a heading and a sentence.
MESSAGES: dict[Language, dict[str, tuple[str, str]]] = {
    "es": {
        "name_taken": ("Ya hay una opción con ese nombre", "Elige otro nombre, o cambia la que hay."),
        "already_there": ("Ya está en el registro de ese cliente", "Vuelve al registro."),
        "already_undone": ("Ya se había deshecho", "Vuelve al registro."),
        "automatic_record": (
            "Esta comunicación viene de un correo",
            "Solo se pueden cambiar su motivo y su área.",
        ),
        "attachment_is_link": (
            "El adjunto es un enlace a la nube",
            "Abre el correo en Outlook y sigue el enlace desde allí.",
        ),
        "attachment_too_large": (
            "El archivo es demasiado grande para abrirlo aquí",
            "Abre el correo en Outlook y descárgalo desde allí.",
        ),
        "consent_needed": ("Falta tu permiso en Microsoft", "Vuelve al registro y acepta lo que se te pide."),
        "edit_conflict": ("Otra persona lo ha cambiado antes", "Vuelve a abrirlo para ver cómo está ahora."),
        "internal_error": (
            "Algo ha fallado en Bitácora",
            "Nada de lo guardado se ha perdido. Si se repite, pasa este código a quien la administra.",
        ),
        "invalid_input": ("No se entiende la dirección", "Comprueba el enlace o vuelve al registro."),
        "message_gone": (
            "Ningún buzón conserva ya este correo",
            "En el registro queda lo que se anotó de él: fecha, personas, asunto y resumen.",
        ),
        "message_too_large": ("El correo es demasiado grande para verlo aquí", "Ábrelo en Outlook."),
        "mailbox_missing": (
            "No tienes buzón en Microsoft 365",
            "Sin buzón no hay dónde dejar el borrador. Habla con quien administra el correo.",
        ),
        "method_refused": ("Esto no se puede hacer aquí", "Vuelve al registro."),
        "microsoft_busy": ("Microsoft no responde", "Espera un momento y vuelve a intentarlo."),
        "not_a_member": (
            "No tienes acceso a este registro",
            "Entra con tu cuenta del despacho, o pide acceso a quien administra Bitácora.",
        ),
        "not_the_author": (
            "Esta comunicación es de otra persona",
            "Solo puede cambiarla quien la creó o quien administra Bitácora.",
        ),
        "not_a_mail": ("Esta comunicación se anotó a mano", "No hay ningún correo que abrir."),
        "not_found": ("Aquí no hay nada", "Puede que ya no exista o que no sea para ti."),
        "origin_refused": ("La petición venía de otro sitio", "Repítela desde el propio registro."),
        "permission_needed": ("No puedes hacer esto", "Pide permiso a quien administra Bitácora."),
        "rate_limited": ("Demasiadas peticiones seguidas", "Espera un momento y vuelve a intentarlo."),
        "sign_in_cancelled": ("No has terminado de iniciar sesión", "Inténtalo otra vez cuando quieras."),
        "sign_in_expired": ("El inicio de sesión ha caducado", "Vuelve a empezar; nada se ha perdido."),
        "sign_in_needed": ("La sesión ha terminado", "Vuelve al registro e inicia sesión."),
        "sign_in_refused": (
            "Microsoft no ha aceptado el inicio de sesión",
            "Inténtalo otra vez. Si se repite, pasa este código a quien administra Bitácora.",
        ),
        "signed_out": (
            "Has cerrado la sesión",
            "Has salido de Bitácora en todos tus navegadores. Tu sesión de Microsoft sigue abierta.",
        ),
        "store_busy": ("El registro está ocupado", "Espera un momento y vuelve a intentarlo."),
        "todo_missing": (
            "No tienes Microsoft To Do",
            "Tu licencia no lo incluye. Habla con quien administra las licencias.",
        ),
        "too_large": ("Es demasiado grande", "Envía algo más pequeño."),
        "too_many_records": (
            "Son demasiadas comunicaciones para una hoja",
            "Acota la búsqueda, por ejemplo por fechas, y repite.",
        ),
        "version_needed": ("Falta saber qué versión viste", "Vuelve a abrirlo y repite el cambio."),
    },
    "en": {
        "name_taken": ("There is one of that name already", "Take another name, or change that one."),
        "already_there": ("It stands in that client's register already", "Go back to the register."),
        "already_undone": ("It was undone already", "Go back to the register."),
        "automatic_record": (
            "This communication came from a mail",
            "Only its reason and its area can be changed.",
        ),
        "attachment_is_link": (
            "The attachment is a link to a cloud",
            "Open the mail in Outlook and follow the link there.",
        ),
        "attachment_too_large": (
            "The file is too large to be opened here",
            "Open the mail in Outlook and download it there.",
        ),
        "consent_needed": (
            "Microsoft needs your consent",
            "Go back to the register and accept what is asked.",
        ),
        "edit_conflict": ("Somebody else changed it first", "Open it again to see how it stands now."),
        "internal_error": (
            "Something went wrong in Bitácora",
            "Nothing that was saved is lost. If it happens again, give this code to its administrator.",
        ),
        "invalid_input": ("The address is not understood", "Check the link or go back to the register."),
        "message_gone": (
            "No mailbox holds this mail any more",
            "The register keeps what was noted of it: date, people, subject and preview.",
        ),
        "message_too_large": ("The mail is too large to be shown here", "Open it in Outlook."),
        "mailbox_missing": (
            "You have no mailbox in Microsoft 365",
            "A draft needs one. Talk to whoever looks after the mail.",
        ),
        "method_refused": ("This cannot be done here", "Go back to the register."),
        "microsoft_busy": ("Microsoft does not answer", "Wait a moment and try again."),
        "not_a_member": (
            "You have no access to this register",
            "Sign in with your account of the firm, or ask the administrator of Bitácora for access.",
        ),
        "not_the_author": (
            "This communication is somebody else's",
            "Only its author or the administrator of Bitácora can change it.",
        ),
        "not_a_mail": ("This communication was noted by hand", "There is no mail to open."),
        "not_found": ("There is nothing here", "It may be gone, or not meant for you."),
        "origin_refused": ("The request came from another site", "Repeat it in the register itself."),
        "permission_needed": ("You may not do this", "Ask the administrator of Bitácora for permission."),
        "rate_limited": ("Too many requests in a row", "Wait a moment and try again."),
        "sign_in_cancelled": ("You did not finish signing in", "Try again whenever you like."),
        "sign_in_expired": ("The sign-in has expired", "Start again; nothing is lost."),
        "sign_in_needed": ("The session has ended", "Go back to the register and sign in."),
        "sign_in_refused": (
            "Microsoft did not accept the sign-in",
            "Try again. If it happens again, give this code to the administrator of Bitácora.",
        ),
        "signed_out": (
            "You have signed out",
            "You have left Bitácora in all your browsers. Your Microsoft session is still open.",
        ),
        "store_busy": ("The register is busy", "Wait a moment and try again."),
        "todo_missing": (
            "You have no Microsoft To Do",
            "Your licence does not include it. Talk to whoever looks after the licences.",
        ),
        "too_large": ("It is too large", "Send something smaller."),
        "too_many_records": (
            "Too many communications for one sheet",
            "Narrow the search, for instance by dates, and try again.",
        ),
        "version_needed": (
            "The version that you saw is missing",
            "Open it again and repeat the change.",
        ),
    },
}
LINKS: dict[Language, dict[str, str]] = {
    "es": {"sign_in": "Iniciar sesión", "register": "Ir al registro"},
    "en": {"sign_in": "Sign in", "register": "Go to the register"},
}


def message_page(code: str, status: int, *, link: str, detail: str = "") -> Response:
    """Show the message of a code with one link; `detail` is something to pass on, such as an error's id."""
    language = asked_language()
    heading, sentence = MESSAGES[language][code]
    kind = "sign_in" if link.startswith("/sign-in") else "register"
    page = render_template(
        "message.html",
        language=language,
        heading=heading,
        sentence=sentence,
        detail=detail,
        link=link,
        link_text=LINKS[language][kind],
    )
    return Response(page, status=status, mimetype="text/html")
