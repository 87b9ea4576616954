"""How the documents head their sections: several headings for each label, and some that no label has."""

from __future__ import annotations

HEADINGS: dict[str, tuple[str, ...]] = {
    "assignment": ("Assignment", "Transfer of Rights", "Assignment and Subcontracting"),
    "audit_rights": ("Audit Rights", "Books and Records", "Inspection"),
    "confidentiality": ("Confidentiality", "Confidential Information", "Secrecy"),
    "dispute_resolution": ("Dispute Resolution", "Disputes", "Arbitration"),
    "force_majeure": ("Force Majeure", "Events Beyond Control", "Excused Performance"),
    "governing_law": ("Governing Law", "Applicable Law", "Choice of Law"),
    "indemnification": ("Indemnification", "Indemnity", "Hold Harmless"),
    "insurance": ("Insurance", "Insurance Cover", "Required Insurance"),
    "limitation_of_liability": ("Limitation of Liability", "Liability", "Cap on Liability"),
    "non_compete": ("Non-Compete", "Restrictive Covenants", "Competition"),
    "notices": ("Notices", "Communications", "Service of Notices"),
    "payment_terms": ("Payment Terms", "Fees and Payment", "Invoices"),
    "termination": ("Termination", "Term and Termination", "Ending of the Agreement"),
    "warranty": ("Warranty", "Warranties", "Representations and Warranties"),
}
# Sections that `headings.csv` does not know: they have no label.
UNLABELLED = {
    "Definitions": (
        "In {doc} words in capitals have the meaning given where they first stand, and the singular includes the plural. "
        "{name_a} and {name_b} are called the parties."
    ),
    "Signatures": (
        "Signed for {name_a} and for {name_b} by the persons named below, who are empowered to sign, on the date that "
        "stands at the head of {doc}."
    ),
}
PREAMBLE = (
    "{doc_capital} is made on {date} between {name_a}, which this document calls {payer}, and {name_b}, which it calls "
    "{payee}. It sets out on what terms {subject} is provided, and what {price} is."
)


def table() -> str:
    """`headings.csv`: which clause type stands under which heading."""
    rows = [f"{heading},{label}" for label, names in HEADINGS.items() for heading in names]
    return "\n".join(["heading,clause_type", *rows]) + "\n"
