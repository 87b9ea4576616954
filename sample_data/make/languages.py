"""Clauses in other languages than English."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from random import Random

SENTENCES = {
    "de": (
        "Der Mieter zahlt die vereinbarte Miete spätestens am dritten Werktag eines jeden Monats auf das Konto des Vermieters.",
        "Gerät der Mieter mit mehr als {} Monatsmieten in Verzug, so kann der Vermieter das Mietverhältnis fristlos kündigen.",
        "Änderungen dieses Vertrages bedürfen der Schriftform; das gilt auch für den Verzicht auf dieses Erfordernis.",
        "Sollte eine Bestimmung unwirksam sein, so bleibt der Vertrag im Übrigen gültig, und die Parteien ersetzen sie.",
        "Der Lieferant haftet für Vorsatz und grobe Fahrlässigkeit unbeschränkt, im Übrigen nur bis zu {} Euro.",
        "Auf diesen Vertrag findet ausschließlich deutsches Recht Anwendung, Gerichtsstand ist der Sitz des Lieferanten.",
        "Der Auftragnehmer bewahrt über alle ihm bekannt gewordenen Geschäftsgeheimnisse {} Jahre lang Stillschweigen.",
        "Mängel sind binnen {} Tagen nach ihrer Entdeckung anzuzeigen, sonst gilt die Ware als genehmigt und angenommen.",
    ),
    "fr": (
        "Le locataire verse le loyer convenu au plus tard le troisième jour ouvrable de chaque mois au bailleur.",
        "En cas de retard de paiement supérieur à {} mois, le bailleur peut résilier le contrat sans autre préavis.",
        "Toute modification du présent contrat doit être faite par écrit et signée par les représentants des deux parties.",
        "Si une clause est nulle, les autres dispositions restent en vigueur et les parties conviennent d'une nouvelle clause.",
        "Le fournisseur répond des dommages causés par sa faute lourde, et pour le reste dans la limite de {} euros.",
        "Le présent contrat est régi par le droit français et tout litige relève des tribunaux du siège du fournisseur.",
        "Le prestataire garde le secret sur toutes les informations reçues pendant une durée de {} ans après leur remise.",
        "Les défauts doivent être signalés dans les {} jours qui suivent leur découverte, faute de quoi la livraison est acceptée.",
    ),
    "es": (
        "El arrendatario paga la renta pactada a más tardar el tercer día hábil de cada mes en la cuenta del arrendador.",
        "Si el retraso en el pago supera los {} meses, el arrendador podrá resolver el contrato sin necesidad de aviso previo.",
        "Toda modificación de este contrato deberá hacerse por escrito y llevar la firma de los representantes de ambas partes.",
        "Si alguna cláusula resulta nula, las demás seguirán en vigor y las partes acordarán otra que cumpla el mismo fin.",
        "El proveedor responde sin límite por dolo y culpa grave, y en los demás casos solamente hasta {} euros por año.",
        "El presente contrato se rige por el derecho español y las partes se someten a los tribunales del domicilio del proveedor.",
        "El prestador guardará secreto sobre toda la información recibida durante un plazo de {} años desde su entrega.",
        "Los defectos se comunicarán dentro de los {} días siguientes a su descubrimiento; de lo contrario se tendrá por aceptada.",
    ),
}


def make(rng: Random) -> list[tuple[str, str]]:
    """Six clauses, two of each language: (language, text); no two share a sentence."""
    found = []
    for language, sentences in SENTENCES.items():
        order = list(sentences)
        rng.shuffle(order)
        for half in (order[:4], order[4:]):
            found.append((language, " ".join(sentence.format(rng.randrange(2, 30)) for sentence in half)))
    return found
