"""What a firm of tax, accounting and labour advisers and its clients write to each other about."""

from dataclasses import dataclass
from typing import Literal

Side = Literal["client", "firm"]
Language = Literal["es", "ca", "en"]


@dataclass(frozen=True)
class Line:
    """One mail of a thread; braces name details of the thread (`threads` fills them in)."""

    by: Side
    text: str
    file: str = ""


@dataclass(frozen=True)
class Topic:
    subject: str
    lines: tuple[Line, ...]
    language: Language = "es"


def _client(text: str, file: str = "") -> Line:
    return Line("client", text, file)


def _firm(text: str, file: str = "") -> Line:
    return Line("firm", text, file)


TOPICS = (
    Topic(
        "Modelo 303 {quarter} – facturas",
        (
            _client(
                "Os mando las facturas del {quarter}. Falta la de la luz, la paso mañana.",
                "facturas {quarter}.xlsx",
            ),
            _firm("Recibidas, gracias. En cuanto tengamos la de la luz cerramos el 303: salen {amount} €."),
            _client("Aquí va. ¿Se puede domiciliar?", "factura luz.pdf"),
            _firm("Domiciliado. Adjuntamos el justificante de presentación.", "modelo 303 {quarter}.pdf"),
        ),
    ),
    Topic(
        "Nóminas de {month}",
        (
            _firm(
                "Adjuntamos las nóminas de {month} y el resumen de costes. El total asciende a {amount} €.",
                "nóminas {month}.pdf",
            ),
            _client("A {worker} le faltan las horas extra del puente. ¿Las podéis meter?"),
            _firm("Corregida. Sustituid la anterior por esta.", "nómina {worker}.pdf"),
        ),
    ),
    Topic(
        "Alta en la TGSS de {worker}",
        (
            _client(
                "El {day} empieza {worker}, a jornada completa, contrato indefinido. Os paso el DNI.",
                "dni.pdf",
            ),
            _firm(
                "Alta tramitada con efectos del {day}. Va el contrato para firmar.", "contrato {worker}.pdf"
            ),
            _client("Firmado por las dos partes.", "contrato firmado.pdf"),
        ),
    ),
    Topic(
        "Requerimiento de la AEAT, expediente {file_number}",
        (
            _client("Me ha llegado esto de Hacienda y no entiendo nada. ¿Es grave?", "requerimiento.pdf"),
            _firm("Piden justificar los gastos del coche. Tenemos diez días; necesito facturas y permiso."),
            _client("Os los dejo en la oficina el {day}."),
            _firm("Contestado en plazo. Adjunto el acuse de la sede electrónica.", "acuse {file_number}.pdf"),
        ),
    ),
    Topic(
        "Borrador de la renta",
        (
            _client(
                "Ya tengo el certificado del banco. ¿Cuándo puedo pasar para la renta?",
                "certificado retenciones.pdf",
            ),
            _firm("El {day} a las 10 h le viene bien? Traiga también el recibo del IBI."),
            _client("Perfecto, allí estaré."),
        ),
    ),
    Topic(
        "Escritura de ampliación de capital",
        (
            _firm(
                "El notario nos da cita el {day}. Hace falta el certificado de las aportaciones, {amount} €."
            ),
            _client("El banco lo da pasado mañana. ¿Quién tiene que ir a firmar?"),
            _firm(
                "El administrador con el DNI en vigor. Va la minuta para que la lea con calma.", "minuta.pdf"
            ),
        ),
    ),
    Topic(
        "Baja médica de {worker}",
        (
            _client("{worker} está de baja desde el {day}. ¿Tengo que hacer algo?"),
            _firm("Nada: el parte nos llega del INSS. Comuníquenos la fecha de alta en cuanto la sepa."),
        ),
    ),
    Topic(
        "Modelo 111 y 115 del {quarter}",
        (
            _firm(
                "Presentados el 111 y el 115 del {quarter}. El cargo será el día 20.", "modelos 111 y 115.pdf"
            ),
            _client("Gracias, recibido."),
        ),
    ),
    Topic(
        "Duda sobre una factura intracomunitaria",
        (
            _client(
                "Hemos comprado una máquina en Portugal y la factura viene sin IVA. ¿Está bien?",
                "fatura {file_number}.pdf",
            ),
            _firm("Sí: es una adquisición intracomunitaria. ¿Aparece su NIF con ES delante en la factura?"),
            _client("Aparece. Gracias."),
        ),
    ),
    Topic(
        "Certificado de estar al corriente de pago",
        (
            _client("Nos lo piden para una subvención. ¿Cuánto tarda?"),
            _firm("Aquí tiene los dos, el de Hacienda y el de la Seguridad Social.", "certificados.pdf"),
        ),
    ),
    Topic(
        "Despido de {worker}: finiquito",
        (
            _client("No ha superado el periodo de prueba. ¿Qué le tengo que pagar?"),
            _firm(
                "El finiquito son {amount} €. Le mando la carta y el documento de liquidación.",
                "finiquito {worker}.pdf",
            ),
            _client("Ya lo ha firmado."),
            _firm("Baja comunicada a la TGSS."),
        ),
    ),
    Topic(
        "Cuentas anuales {year}",
        (
            _firm(
                "Le adjuntamos el borrador de las cuentas {year} para que lo revise antes de la junta.",
                "cuentas {year}.pdf",
            ),
            _client("He visto que las existencias no cuadran con mi inventario.", "inventario.xlsx"),
            _firm(
                "Tiene razón, faltaba el almacén. Corregido, el resultado baja a {amount} €.",
                "cuentas {year} v2.pdf",
            ),
        ),
    ),
    Topic(
        "Aplazamiento del IVA",
        (
            _client("Este trimestre vamos justos. ¿Se puede aplazar?"),
            _firm(
                "Se puede, en doce plazos con interés de demora. Solicitado; respuesta de la AEAT en un mes."
            ),
        ),
    ),
    Topic(
        "Contrato de alquiler del local",
        (
            _client("Me suben el alquiler a {amount} €. ¿Es legal?", "burofax.pdf"),
            _firm("Según la cláusula quinta solo procede el IPC. Le preparo la contestación."),
        ),
    ),
    Topic(
        "Cambio de cuenta para los recibos",
        (
            _client("A partir de {month} cargadnos los recibos en la cuenta nueva, por favor."),
            _firm("Anotado. También lo cambiamos en Hacienda y en la Seguridad Social."),
        ),
    ),
    Topic(
        "Embargo de salario de {worker}",
        (
            _client(
                "Ha llegado una diligencia de embargo a nombre de {worker}.", "diligencia {file_number}.pdf"
            ),
            _firm(
                "Desde la próxima nómina hay que retener {amount} €. Nosotros contestamos a la diligencia."
            ),
        ),
    ),
    Topic(
        "Cita del {day}",
        (
            _client("¿Podemos cambiar la reunión a la tarde? Me ha surgido un viaje."),
            _firm("A las 17 h tenemos hueco. ¿Le va bien?"),
            _client("Sí, gracias."),
        ),
    ),
    Topic(
        "Alta de autónomo",
        (
            _client("Mi hijo quiere darse de alta como autónomo. ¿Qué necesita?"),
            _firm("DNI, cuenta bancaria y la actividad. Puede acogerse a la tarifa plana de 80 €."),
            _client("Va el DNI. La actividad es diseño gráfico.", "dni.pdf"),
            _firm("Presentados el 036 y el alta en RETA.", "alta RETA.pdf"),
        ),
    ),
    Topic(
        "Subvención para la contratación",
        (
            _firm("Ha salido la convocatoria de ayudas a la contratación. Creo que encaja {worker}."),
            _client("¡Adelante! ¿Qué papeles hacen falta?"),
            _firm("La vida laboral de la empresa y los contratos. Los tenemos nosotros."),
        ),
    ),
    Topic(
        "Propuesta de honorarios {year}",
        (
            _firm(
                "Adjuntamos la propuesta de honorarios para {year}. Quedamos a su disposición.",
                "propuesta {year}.pdf",
            ),
            _client("La veo bien. ¿Incluye la renta de los socios?"),
            _firm("Incluida."),
        ),
    ),
    Topic(
        "Consulta sobre el IRPF de {worker}",
        (
            _client("Ha tenido un hijo, ¿cambia la retención?"),
            _firm("Sí. Que rellene el modelo 145 y nos lo mande.", "modelo 145.pdf"),
            _client("Relleno.", "modelo 145 firmado.pdf"),
        ),
    ),
    Topic(
        "Nòmines del {quarter}",
        (
            _client("Bon dia, us passo les hores del {quarter}.", "hores {quarter}.xlsx"),
            _firm("Rebudes, gràcies. Demà tindreu les nòmines."),
            _client("Perfecte, gràcies!"),
        ),
        "ca",
    ),
    Topic(
        "Consulta sobre l'impost de societats",
        (
            _client("Ens han dit que podem deduir la inversió en plaques solars. És cert?"),
            _firm("Sí, amb el certificat de l'instal·lador. Ens el podeu enviar?"),
        ),
        "ca",
    ),
    Topic(
        "VAT number for our UK supplier",
        (
            _client("Our supplier asks for a VAT certificate in English. Could you help?"),
            _firm(
                "Certainly. Please find attached the certificate issued by the Spanish tax agency.",
                "VAT certificate.pdf",
            ),
            _client("That was quick. Thank you!"),
        ),
        "en",
    ),
    Topic(
        "Year-end figures",
        (
            _client("Head office wants the figures by {day}. Can we have the trial balance?"),
            _firm("Attached. The provision for {amount} € is still open.", "trial balance {year}.xlsx"),
        ),
        "en",
    ),
)

# One address of two clients: without a clue, and with a NIF or a name in the subject.
SHARED = (
    Topic(
        "Facturas del trimestre", (_client("Os paso las de las dos, ya sabéis cuáles son.", "facturas.xlsx"),)
    ),
    Topic(
        "Modelo 303 de {nif}",
        (_client("Presentad el trimestre con lo que hay."), _firm("Presentado.", "modelo 303.pdf")),
    ),
    Topic("{client}: certificado", (_client("¿Me mandáis el certificado de retenciones?"),)),
    Topic("Una duda", (_client("¿Nos podéis llamar cuando tengáis un rato?"),)),
)

INTERNAL = (
    ("Vacaciones de Navidad", "¿Quién se queda la última semana? Apuntaos en la hoja de la cocina."),
    ("RV: Requerimiento de la AEAT", "Te lo reenvío, échale un ojo antes de que vaya el cliente."),
    ("Certificado digital caducado", "El del ordenador de recepción caduca el viernes."),
    ("Cierre del trimestre", "Quedan doce clientes por entregar facturas. Va la lista."),
    ("¿Comemos?", "A las dos en el sitio de siempre."),
)
# In the order of `cast.STRANGERS` and `cast.NEWSLETTERS`: each has a matter of their own.
STRANGE = (
    ("Minuta de la escritura", "Adjunto la minuta para su revisión."),
    ("Nuevas condiciones de la póliza de crédito", "Le informamos del cambio de condiciones."),
    ("Presupuesto para llevar la contabilidad", "Me recomiendan su despacho. ¿Qué tarifas tienen?"),
    ("Su pedido de papel", "Le confirmamos la entrega de 20 paquetes de folios."),
    (
        "Documentación de una prestación",
        "Falta el certificado de la empresa en la solicitud de pago directo.",
    ),
)
NEWS = (
    (
        "Boletín semanal: novedades del IVA",
        "Esta semana: criterios de la DGT sobre las prestaciones accesorias.",
    ),
    ("Circular 41: registro de jornada digital", "Se abre el trámite de audiencia del nuevo reglamento."),
    ("Últimas plazas: curso de nóminas avanzado", "Bonificable por la Fundación Estatal."),
)
PRIVATE = (
    ("Cena del sábado", "Llevad el postre, que del vino me encargo yo."),
    ("Fotos del viaje", "Mira qué bien salimos."),
    ("Revisión del dentista", "Te han cambiado la hora al jueves."),
)
