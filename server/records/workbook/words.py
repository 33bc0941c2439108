"""The words of the workbook, in Spanish and English."""

from collections.abc import Mapping
from dataclasses import dataclass

from server.mail import Role
from server.records.models import Direction, Initiator, RecordType


@dataclass(frozen=True, slots=True)
class Words:
    """`headings` has a word for each column, in their order; `date_format` is Excel's."""

    records: str
    summary: str
    headings: tuple[str, ...]
    date_format: str
    types: Mapping[RecordType, str]
    directions: Mapping[Direction, str]
    initiators: Mapping[Initiator, str]
    roles: Mapping[Role, str]
    automatic: Mapping[bool, str]
    count: str
    share: str
    month: str
    none: str
    private: str


WORDS: Mapping[str, Words] = {
    "es": Words(
        records="Comunicaciones",
        summary="Resumen",
        headings=(
            *("Fecha", "Hora", "Tipo", "Sentido", "Código", "Cliente", "Persona", "Asunto"),
            *("Participantes", "Motivo", "Área", "Iniciada por", "Adjuntos", "Publicado", "Notas"),
            *("Buzones", "Automática"),
        ),
        date_format="dd/mm/yyyy",
        types={
            RecordType.EMAIL: "Correo electrónico",
            RecordType.CALL: "Llamada",
            RecordType.VISIT: "Visita",
            RecordType.VIDEOCALL: "Videollamada",
            RecordType.LETTER: "Carta",
            RecordType.MESSAGING: "Mensajería",
            RecordType.PORTAL: "Portal del cliente",
            RecordType.OTHER: "Otro",
        },
        directions={Direction.RECEIVED: "Recibido", Direction.SENT: "Enviado"},
        initiators={Initiator.CLIENT: "Cliente", Initiator.FIRM: "Despacho"},
        roles={
            Role.FROM: "De",
            Role.SENDER: "Enviado por",
            Role.TO: "Para",
            Role.CC: "CC",
            Role.BCC: "CCO",
        },
        automatic={True: "Sí", False: "No"},
        count="Número",
        share="Parte",
        month="Mes",
        none="(ninguno)",
        private="De contenido privado",
    ),
    "en": Words(
        records="Communications",
        summary="Summary",
        headings=(
            *("Date", "Time", "Type", "Direction", "Code", "Client", "Person", "Subject"),
            *("Participants", "Reason", "Area", "Initiated by", "Attachments", "Published", "Notes"),
            *("Mailboxes", "Automatic"),
        ),
        date_format="yyyy-mm-dd",
        types={
            RecordType.EMAIL: "E-mail",
            RecordType.CALL: "Call",
            RecordType.VISIT: "Visit",
            RecordType.VIDEOCALL: "Video call",
            RecordType.LETTER: "Letter",
            RecordType.MESSAGING: "Messaging",
            RecordType.PORTAL: "Client portal",
            RecordType.OTHER: "Other",
        },
        directions={Direction.RECEIVED: "Received", Direction.SENT: "Sent"},
        initiators={Initiator.CLIENT: "Client", Initiator.FIRM: "Firm"},
        roles={
            Role.FROM: "From",
            Role.SENDER: "Sent by",
            Role.TO: "To",
            Role.CC: "Cc",
            Role.BCC: "Bcc",
        },
        automatic={True: "Yes", False: "No"},
        count="Number",
        share="Share",
        month="Month",
        none="(none)",
        private="With private content",
    ),
}
