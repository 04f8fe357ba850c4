"""Exports as people send them: other encodings, titles above, money, days of a spreadsheet."""

from __future__ import annotations

from typing import NamedTuple


class Nasty(NamedTuple):
    """A file, the rules that must fire for its first lead, and the rows that are rejected."""

    text: str
    encoding: str
    says: tuple[str, ...]
    """Encoding to be said to ``inspect``, if any."""
    fires: tuple[str, ...]
    rejected: int = 0
    notes: int = 0


NASTY = {
    "a Polish spreadsheet": Nasty(
        "ID kontaktu;Imię;Przychód;Szansa;Utworzono;Źródło;;Telefon;Telefon;Uwagi\n"
        'K-1;Żaneta;1.234,56 zł;85 %;13.02.2026 09:30;-- brak --;;+48 22;;"mówi: ""tak\nnie"""\n'
        "K-2;Łukasz;980,00 zł;1 %;28.03.2026 10:00;Targi;;+48 23;;\n"
        "K-3;Ewa;2.000,10 zł;7 %;01.04.2026 10:00;Targi;;+48 24;;\n"
        "K-4;Ewa;3.500,00 zł;9 %;02.04.2026 10:00;WWW;;+48 25;;\n"
        + "".join(
            f"K-{n};Ewa;3.500,00 zł;9 %;02.04.2026 10:00;WWW;;+48 25;;\n" for n in range(5, 13)
        )
        + "Razem;;12.345,00 zł;;;;;;;\n",
        "windows-1250",
        ("windows-1250",),
        (
            "lead.Przychód > 1000",
            "lead.Szansa >= 85",
            "age(lead.created_at) > 1d",
            "coalesce(lead.\"Źródło\", 'none') = 'none'",
            "lead.Telefon = '+48 22'",
        ),
        rejected=1,
        notes=2,
    ),
    "a report of a CRM": Nasty(
        'Leads, "all"\nAs of 2026-11-01\n\n'
        "Lead Id\tAmount\tCreated Date\tAge\tEmployees\n"
        "00Q1\t$1,234.50\t1/16/2026 1:05 PM\t999\t1-10\n"
        "00Q2\t-$7.00\t2/28/2026 1:05 AM\t31\tN/A\n"
        "00Q3\t$20.25\t2/28/2026 1:05 AM\t999\t11-50\n"
        "\nTotal: 3\n",
        "utf-16",
        (),
        (
            "lead.Amount = 1234.5",
            "age(lead.created_at) > 1d",
            "coalesce(lead.Age, 0) = 0",
            "lead.Employees = '1-10'",
        ),
        rejected=1,
    ),
    "a workbook saved as text": Nasty(
        "ID,Email,Created,Last seen,Staff\n"
        + "".join(f"{n},a{n}@b.example,{46000 + n}.5,{1790000000 + n},{n}\n" for n in range(1, 30)),
        "utf-8-sig",
        (),
        ("age(lead.created_at) > 300d", 'age(lead."Last seen") > 1d', "lead.Staff = 1"),
    ),
    "a list in Russian": Nasty(
        "id;Имя;Компания;Оборот\n"
        + "".join(f"R{n};Иван;Завод №{n};{n} 500,5\n" for n in range(1, 12)),
        "windows-1251",
        ("windows-1251",),
        ("lead.Оборот = 1500.5", "lead.Имя = 'Иван'"),
    ),
}
