"""What the sample orders are made of: customers with difficult names, articles, currencies."""

from typing import Final

CUSTOMERS: Final = (
    "Harbour Hardware",
    "Smith & Sons Ltd",
    "Tiny <Giant> Toys",
    'The "Corner" Shop',
    "Café Zoë 🦊",
    "O'Neil Brothers",
    "Łódź Textiles",
    "株式会社さくら",
    "*Star* Supply_Co",
    "`Backtick` Interiors",
    "Ring <!channel> Ltd",
    "=SUM(A1) Analytics",
    "Müller, Weiß & Partner",
    "مكتبة النور",
    "Ada's 🧵 & Trim",
    "Northern Light Lamps",
    "Ñandú Outdoor",
    "Queue & A <Q&A>",
    "The Extraordinarily Long-Named Company for Household, Garden, Office and Workshop Equipment of North Dakota",
    "Prairie Feed & Seed",
)

# sku, name, price in US dollars
ARTICLES: Final = (
    ("LMP-100", 'Desk lamp, 12" arm', 4995),
    ("LMP-101", "Desk lamp <matt black>", 5250),
    ("CHR-200", "Task chair & armrests", 18900),
    ("CHR-201", "Stool 🪑, birch", 7900),
    ("TBL-300", "Table top 160 × 80 cm", 24900),
    ("TBL-301", "Trestle (pair)", 8950),
    ("SHF-400", "Shelf, 5 boards", 11400),
    ("SHF-401", 'Bracket 8"', 640),
    ("CAB-500", "Cable tray", 1975),
    ("CAB-501", "Cable clip, bag of 50", 425),
    ("PLT-600", "Planter “Zoë”", 3300),
    ("PLT-601", "Potting soil 40 l", 1290),
    ("RUG-700", "Rug 120×180 – wool", 15900),
    ("MUG-800", "Mug ☕ set of 4", 2400),
    ("MUG-801", "Saucer", 350),
    ("GFT-900", "Gift card", 5000),
)

# One in so many; the rest is in US dollars. What a dollar is worth, and how many decimals the currency has.
CURRENCIES: Final = (
    (7, "EUR", 0.9, 2),
    (11, "GBP", 0.8, 2),
    (17, "CAD", 1.4, 2),
    (29, "JPY", 150, 0),
    (53, "KWD", 0.3, 3),
)

# The header of an orders export, 79 columns; a backslash joins its lines.
SHOPIFY_HEADER: Final = """\
Name,Email,Financial Status,Paid at,Fulfillment Status,Fulfilled at,Accepts Marketing,Currency,Subtotal,\
Shipping,Taxes,Total,Discount Code,Discount Amount,Shipping Method,Created at,Lineitem quantity,\
Lineitem name,Lineitem price,Lineitem compare at price,Lineitem sku,Lineitem requires shipping,\
Lineitem taxable,Lineitem fulfillment status,Billing Name,Billing Street,Billing Address1,Billing Address2,\
Billing Company,Billing City,Billing Zip,Billing Province,Billing Country,Billing Phone,Shipping Name,\
Shipping Street,Shipping Address1,Shipping Address2,Shipping Company,Shipping City,Shipping Zip,\
Shipping Province,Shipping Country,Shipping Phone,Notes,Note Attributes,Cancelled at,Payment Method,\
Payment Reference,Refunded Amount,Vendor,Outstanding Balance,Employee,Location,Device ID,Id,Tags,Risk Level,\
Source,Lineitem discount,Tax 1 Name,Tax 1 Value,Tax 2 Name,Tax 2 Value,Tax 3 Name,Tax 3 Value,Tax 4 Name,\
Tax 4 Value,Tax 5 Name,Tax 5 Value,Phone,Receipt Number,Duties,Billing Province Name,Shipping Province Name,\
Payment ID,Payment Terms Name,Next Payment Due At,Payment References"""
