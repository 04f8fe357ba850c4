"""Words of the invented world: names, titles in seven languages, companies, dirt."""

from __future__ import annotations

from collections.abc import Mapping

COUNTRIES: Mapping[str, float] = {
    "US": 0.3,
    "DE": 0.2,
    "GB": 0.13,
    "FR": 0.1,
    "PL": 0.09,
    "ES": 0.07,
    "IT": 0.06,
    "CN": 0.05,
}
"""Share of each country."""

LANGUAGE = {
    "US": "en",
    "GB": "en",
    "DE": "de",
    "FR": "fr",
    "PL": "pl",
    "ES": "es",
    "IT": "it",
    "CN": "zh",
}

SPELLINGS = {
    "US": ("United States", "USA", "US", "united states", "U.S.A."),
    "GB": ("United Kingdom", "UK", "GB", "Great Britain", "england"),
    "DE": ("Germany", "DE", "Deutschland", "germany", "GER"),
    "FR": ("France", "FR", "france", "FRANCE", "Frankreich"),
    "PL": ("Poland", "PL", "Polska", "poland", "POL"),
    "ES": ("Spain", "ES", "España", "spain", "Espana"),
    "IT": ("Italy", "IT", "Italia", "italy", "ITALY"),
    "CN": ("China", "CN", "中国", "china", "PRC"),
}
"""How people write a country; the first is the usual one."""

PHONES = {
    "US": "+1 202 555 01",
    "GB": "+44 20 7946 09",
    "DE": "+49 30 23125 0",
    "FR": "+33 1 99 00 10 ",
}
"""Numbers kept free for fiction; two digits follow. Other countries use the British one."""

FIRST_NAMES = {
    "en": ("Emma", "James", "Olivia", "William", "Grace", "Henry", "Sophie", "George", "Amy"),
    "de": ("Anna", "Lukas", "Lena", "Felix", "Jürgen", "Katrin", "Jonas", "Sabine", "Björn"),
    "fr": ("Camille", "Louis", "Chloé", "Hugo", "Élodie", "Jules", "Manon", "René", "Léa"),
    "pl": ("Anna", "Piotr", "Zofia", "Jakub", "Agnieszka", "Marek", "Ewa", "Tomasz", "Maja"),
    "es": ("Lucía", "Mateo", "Sofía", "Javier", "Carmen", "Pablo", "Elena", "Diego", "Marta"),
    "it": ("Giulia", "Marco", "Chiara", "Luca", "Sara", "Matteo", "Elisa", "Paolo", "Irene"),
    "zh": ("伟", "芳", "娜", "敏", "静", "强", "磊", "洋", "艳"),
}

LAST_NAMES = {
    "en": ("Smith", "Jones", "Taylor", "Brown", "Walker", "Hall", "Wright", "Green", "Baker"),
    "de": ("Müller", "Schmidt", "Weber", "Fischer", "Becker", "Schulz", "Koch", "Wolf", "Vogel"),
    "fr": ("Martin", "Bernard", "Petit", "Durand", "Leroy", "Moreau", "Roux", "Fournier", "Faure"),
    "pl": (
        "Nowak",
        "Kowalski",
        "Zielony",
        "Mazur",
        "Krawczyk",
        "Dudek",
        "Pawlak",
        "Sikora",
        "Baran",
    ),
    "es": ("García", "López", "Martín", "Sanz", "Ruiz", "Moreno", "Gil", "Ortega", "Vidal"),
    "it": ("Rossi", "Russo", "Ferrari", "Romano", "Conti", "Gallo", "Greco", "Villa", "Fontana"),
    "zh": ("王", "李", "张", "刘", "陈", "杨", "赵", "黄", "周"),
}

LATIN = {
    "first": ("wei", "fang", "na", "min", "jing", "qiang", "lei", "yang", "yan"),
    "last": ("wang", "li", "zhang", "liu", "chen", "yang", "zhao", "huang", "zhou"),
}
"""The Chinese names above in letters, for addresses."""

INVENTED = ("Asdf Asdf", "Test Test", "Mickey Mouse", "Qwerty Qwerty", "Xxx Yyy", "Aaaa Bbbb")

SENIORITIES: Mapping[str, float] = {
    "c_level": 0.07,
    "vp": 0.08,
    "director": 0.15,
    "manager": 0.3,
    "other": 0.4,
}

TITLES: Mapping[str, Mapping[str, Mapping[str, str]]] = {
    "en": {
        "c_level": {"CEO": "general", "CTO": "it", "Chief Marketing Officer": "marketing"},
        "vp": {
            "VP Sales": "sales",
            "Vice President of Marketing": "marketing",
            "SVP Operations": "operations",
        },
        "director": {
            "Director of Operations": "operations",
            "Head of IT": "it",
            "Sales Director": "sales",
        },
        "manager": {
            "Marketing Manager": "marketing",
            "IT Manager": "it",
            "Procurement Manager": "operations",
        },
        "other": {
            "Software Engineer": "it",
            "Sales Representative": "sales",
            "Marketing Specialist": "marketing",
        },
    },
    "de": {
        "c_level": {
            "Geschäftsführer": "general",
            "Vorstandsvorsitzende": "general",
            "Geschäftsführerin": "general",
        },
        "vp": {
            "Vice President Vertrieb": "sales",
            "VP Marketing": "marketing",
            "VP Produktion": "operations",
        },
        "director": {
            "Vertriebsleiter": "sales",
            "Leiterin Marketing": "marketing",
            "Leiter IT": "it",
        },
        "manager": {
            "Teamleiter Einkauf": "operations",
            "Projektmanagerin IT": "it",
            "Marketing Manager": "marketing",
        },
        "other": {
            "Sachbearbeiterin Einkauf": "operations",
            "Softwareentwickler": "it",
            "Vertriebsmitarbeiter": "sales",
        },
    },
    "fr": {
        "c_level": {
            "Directeur général": "general",
            "PDG": "general",
            "Directrice générale": "general",
        },
        "vp": {
            "Vice-président ventes": "sales",
            "Vice-présidente marketing": "marketing",
            "VP Opérations": "operations",
        },
        "director": {
            "Directeur commercial": "sales",
            "Directrice marketing": "marketing",
            "Directeur informatique": "it",
        },
        "manager": {
            "Responsable marketing": "marketing",
            "Chef de projet informatique": "it",
            "Responsable des achats": "operations",
        },
        "other": {
            "Ingénieur logiciel": "it",
            "Assistante commerciale": "sales",
            "Chargé de communication": "marketing",
        },
    },
    "pl": {
        "c_level": {
            "Prezes zarządu": "general",
            "Dyrektor generalny": "general",
            "Członek zarządu": "general",
        },
        "vp": {
            "Wiceprezes ds. sprzedaży": "sales",
            "Wiceprezes ds. marketingu": "marketing",
            "Wiceprezes ds. operacyjnych": "operations",
        },
        "director": {
            "Dyrektor sprzedaży": "sales",
            "Dyrektor marketingu": "marketing",
            "Dyrektor IT": "it",
        },
        "manager": {
            "Kierownik działu zakupów": "operations",
            "Kierownik projektu IT": "it",
            "Kierownik marketingu": "marketing",
        },
        "other": {
            "Specjalista ds. zakupów": "operations",
            "Programista": "it",
            "Przedstawiciel handlowy": "sales",
        },
    },
    "es": {
        "c_level": {
            "Director general": "general",
            "Directora general": "general",
            "Consejero delegado": "general",
        },
        "vp": {
            "Vicepresidente de ventas": "sales",
            "Vicepresidenta de marketing": "marketing",
            "Vicepresidente de operaciones": "operations",
        },
        "director": {
            "Director comercial": "sales",
            "Directora de marketing": "marketing",
            "Director de sistemas": "it",
        },
        "manager": {
            "Gerente de compras": "operations",
            "Jefe de proyecto TI": "it",
            "Jefa de marketing": "marketing",
        },
        "other": {
            "Ingeniero de software": "it",
            "Representante de ventas": "sales",
            "Técnico de marketing": "marketing",
        },
    },
    "it": {
        "c_level": {
            "Amministratore delegato": "general",
            "Direttore generale": "general",
            "Amministratrice delegata": "general",
        },
        "vp": {
            "Vicepresidente vendite": "sales",
            "Vicepresidente marketing": "marketing",
            "Vicepresidente operazioni": "operations",
        },
        "director": {
            "Direttore commerciale": "sales",
            "Direttrice marketing": "marketing",
            "Direttore IT": "it",
        },
        "manager": {
            "Responsabile acquisti": "operations",
            "Responsabile IT": "it",
            "Responsabile marketing": "marketing",
        },
        "other": {
            "Sviluppatore software": "it",
            "Impiegata commerciale": "sales",
            "Addetto marketing": "marketing",
        },
    },
    "zh": {
        "c_level": {"首席执行官": "general", "总裁": "general", "首席技术官": "it"},
        "vp": {"副总裁": "general", "销售副总裁": "sales", "市场副总裁": "marketing"},
        "director": {"销售总监": "sales", "市场总监": "marketing", "技术总监": "it"},
        "manager": {"采购经理": "operations", "市场经理": "marketing", "项目经理": "it"},
        "other": {"软件工程师": "it", "销售代表": "sales", "市场专员": "marketing"},
    },
}
"""Language and seniority to titles and the function that each belongs to."""

STUDENT = {
    "en": "Student",
    "de": "Studentin",
    "fr": "Étudiant",
    "pl": "Studentka",
    "es": "Estudiante",
    "it": "Studente",
    "zh": "学生",
}

INDUSTRIES: Mapping[str, float] = {
    "software": 0.22,
    "manufacturing": 0.2,
    "finance": 0.13,
    "retail": 0.15,
    "healthcare": 0.1,
    "logistics": 0.1,
    "education": 0.1,
}

COMPANY_FIRST = (
    "Amber", "Birch", "Cobalt", "Delta", "Ember", "Falcon", "Garnet", "Harbor",
    "Indigo", "Juniper", "Keystone", "Lumen", "Meridian", "North", "Orchid", "Pioneer",
)  # fmt: skip
COMPANY_SECOND = (
    "Works", "Systems", "Foods", "Tools", "Labs", "Freight", "Capital", "Clinics",
    "Textiles", "Energy", "Robotics", "Media", "Glass", "Paper", "Optics", "Steel",
)  # fmt: skip
COMPANY_FORM = {
    "US": "Inc.",
    "GB": "Ltd",
    "DE": "GmbH",
    "FR": "SAS",
    "PL": "sp. z o.o.",
    "ES": "S.L.",
    "IT": "S.r.l.",
    "CN": "有限公司",
}

NOTHING = ("Select", "N/A", "-", "unknown")
"""What forms and exports write where there is no value."""

FREE_MAIL = ("gmail.com", "outlook.com", "yahoo.com", "gmx.de", "wp.pl", "qq.com")
FREE_TYPOS = ("gmial.com", "outlok.com", "yaho.com", "gmx.dee", "wp.pll", "qq.con")
DISPOSABLE = ("mailinator.com", "10minutemail.com", "guerrillamail.com")
BAD_PHONES = ("0000000000", "12345", "call me", "+00 000", "999999")

PAGES = (
    "/", "/product", "/product/reports", "/blog/lead-lists", "/blog/close-rates",
    "/customers", "/docs/start", "/about", "/integrations", "/compare",
)  # fmt: skip
PRICING = ("/pricing", "/pricing/team", "/pricing/enterprise")
TOPICS = ("lead scoring", "crm", "data quality", "marketing automation")
AGENTS = (
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) Firefox/141.0",
    "Mozilla/5.0 (Macintosh; Intel Mac OS X 14_5) Safari/605.1.15",
    "Mozilla/5.0 (X11; Linux x86_64) Chrome/139.0",
    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) Mobile/15E148",
)
CRAWLER_AGENT = "ExampleCrawler/2.1 (+https://crawler.example)"
