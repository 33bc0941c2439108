"""Mail files."""

import base64
from email.message import EmailMessage
from email.policy import SMTP

from simulator.eml import message_from_eml


def lines(*texts: str) -> bytes:
    return "\r\n".join(texts).encode()


def test_headers_become_properties_and_stay_headers() -> None:
    found = message_from_eml(
        lines(
            "From: =?utf-8?q?Ana_L=C3=B3pez?= <ana.lopez@x.example>",
            "To: Luis <luis@ribera.example>, info@ribera.example",
            "Cc: Grupo: a@x.example, B <b@x.example>;",
            "Bcc: undisclosed-recipients:;",
            "Subject: =?utf-8?b?wqFIb2xhIQ==?=",
            "Message-ID:  <uno@x.example>",
            "Date: Tue, 24 Nov 2026 10:00:00 +0100",
            "List-Id: <boletin.x.example>",
            "",
            "Hola",
        )
    )

    assert found["from"] == {"emailAddress": {"name": "Ana López", "address": "ana.lopez@x.example"}}
    assert [p["emailAddress"]["address"] for p in found["toRecipients"]] == [
        "luis@ribera.example",
        "info@ribera.example",
    ]
    assert [p["emailAddress"]["address"] for p in found["ccRecipients"]] == ["a@x.example", "b@x.example"]
    assert found["bccRecipients"] == []
    assert (found["subject"], found["internetMessageId"]) == ("¡Hola!", "<uno@x.example>")
    assert found["sentDateTime"] == "2026-11-24T09:00:00Z"
    assert {"name": "List-Id", "value": "<boletin.x.example>"} in found["internetMessageHeaders"]
    assert found["body"]["content"].strip() == "Hola"


def test_html_is_preferred_and_files_are_attached_wherever_they_lie() -> None:
    mail = EmailMessage(policy=SMTP)
    mail.set_content("texto")
    mail.add_alternative("<p>html</p>", subtype="html")
    html = mail.get_body(("html",))
    assert html is not None
    html.add_related(b"PNG", "image", "png", cid="<logo>")
    mail.add_attachment(b"PDF", maintype="application", subtype="pdf", filename="año.pdf")

    found = message_from_eml(mail.as_bytes())

    assert found["body"]["contentType"] == "html"
    image, pdf = found["attachments"]
    assert (image["isInline"], image["contentId"]) == (True, "logo")
    assert (pdf["name"], pdf["isInline"]) == ("año.pdf", False)
    assert base64.b64decode(pdf["contentBytes"]) == b"PDF"


def test_a_mail_in_a_mail_is_one_attachment() -> None:
    inner = EmailMessage(policy=SMTP)
    inner["Subject"] = "Dentro"
    inner.set_content("x")
    inner.add_attachment(b"y", maintype="text", subtype="csv", filename="y.csv")
    outer = EmailMessage(policy=SMTP)
    outer.set_content("fuera")
    outer.add_attachment(inner)

    (attachment,) = message_from_eml(outer.as_bytes())["attachments"]

    assert attachment["@odata.type"] == "#microsoft.graph.itemAttachment"
    assert (attachment["name"], attachment["item"]["subject"]) == ("Dentro", "Dentro")
    assert len(attachment["item"]["attachments"]) == 1


def test_a_mail_of_nothing_is_a_message_all_the_same() -> None:
    found = message_from_eml(b"")

    assert (found["subject"], found["attachments"], "from" in found) == ("", [], False)


def test_an_unknown_character_set_is_read_as_well_as_can_be() -> None:
    found = message_from_eml(lines("Content-Type: text/plain; charset=klingon", "", "Hola"))

    assert found["body"]["content"] == "Hola"
