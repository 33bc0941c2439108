"""The invented firm of the tests, set up in a database without asking Microsoft."""

from datetime import UTC, datetime

from sqlalchemy.orm import Session

from server.accounts.accounts import add_account
from server.accounts.models import Account, Visibility
from server.accounts.staff import update_staff
from server.clients.client_import import import_clients
from server.clients.import_file import read_rows
from server.clients.import_lines import parse_rows
from server.mail import MailboxUser

NOW = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
SINCE = datetime(2026, 9, 1, tzinfo=UTC)
ANA = MailboxUser(
    "00000000-0000-4000-8000-000000000001",
    "Ana Ribera",
    "ana@ribera.example",
    ("ana.ribera@ribera.example", "ana@ribera-antigua.example"),
)
LUIS = MailboxUser("00000000-0000-4000-8000-000000000002", "Luis Ortega", "luis@ribera.example")
MARTA = MailboxUser("00000000-0000-4000-8000-000000000003", "Marta Vidal", "marta@ribera.example")
JORGE = MailboxUser("00000000-0000-4000-8000-000000000004", "Jorge Sanz", "jorge@ribera.example")
INFO = MailboxUser("00000000-0000-4000-8000-000000000005", "Ribera Asesores", "info@ribera.example")
ACCOUNTS = tuple(mailbox.address for mailbox in (ANA, LUIS, MARTA, INFO))
STAFF = (ANA, LUIS, MARTA, JORGE, INFO)
CLIENTS_CSV = """\
code,name,nif,section,label,email,phone
C01,Panadería Uno SL,B12345674,identification,,info@panaderiauno.example,
C01,Panadería Uno SL,B12345674,contact,Ana López,ana.lopez@panaderiauno.example,
C01,Panadería Uno SL,B12345674,contact,Pedro,pedro@panaderiauno.example,
C01,Panadería Uno SL,B12345674,address,Tienda,tienda@panaderiauno.example,
C02,Talleres Dos SA,A23456783,contact,Taller,taller@dos.example,
C02,Talleres Dos SA,A23456783,contact,Gestor,gestor@grupo23.example,
C03,Transportes Tres SL,B34567891,contact,Tráfico,trafico@tres.example,
C03,Transportes Tres SL,B34567891,contact,Gestor,gestor@grupo23.example,
C04,Carmen Gil Soto,12345678Z,identification,,carmen.gil@correo.example,
C04,Carmen Gil Soto,12345678Z,identification,,familia.gil@correo.example,
C05,Julián Gil Prado,23456789D,identification,,julian.gil@correo.example,
C05,Julián Gil Prado,23456789D,identification,,familia.gil@correo.example,
C06,España Peñalver SL,B45678901,contact,Ana,ana@españa.example,
C06,España Peñalver SL,B45678901,address,,ñandú@peñalver.example,
C07,Sin Correo CB,E56789019,identification,,,
"""


def found_firm(session: Session) -> dict[str, Account]:
    """Clients, staff and the four accounts: Marta's is private, Jorge's mailbox is none."""
    update_staff(session, STAFF)
    import_clients(session, parse_rows(read_rows(CLIENTS_CSV.encode())))
    return {
        mailbox.address: add_account(
            session,
            mailbox,
            visibility=Visibility.PRIVATE if mailbox is MARTA else Visibility.PUBLIC,
            owner=None if mailbox is INFO else mailbox,
            since=SINCE,
            now=NOW,
        )[0]
        for mailbox in (ANA, LUIS, MARTA, INFO)
    }
