//! What the demo store sells, as it stands on the shelf when the store opens.

/// One product of the store. Prices are in yen with tax, the currency's minor unit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Product {
    /// Stock-keeping unit: the product's name in links and orders.
    pub sku: &'static str,
    /// Its name on the shelf.
    pub name: &'static str,
    /// One or two sentences for the person who is choosing.
    pub description: &'static str,
    /// What one piece is: "100 g bag".
    pub unit: &'static str,
    /// Price of one piece in yen.
    pub price_minor: u64,
    /// Pieces on the shelf when the store opens.
    pub opening_stock: u32,
    /// Shelf: `tea`, `books` or `ware`.
    pub category: &'static str,
    /// Name of its picture, without folder and ending.
    pub image: &'static str,
}

/// The store's line under its name.
pub const TAGLINE: &str = "Leaf from the Kiso valley, and something to read while it steeps";

/// The twelve products, in the order of the shelf.
pub const PRODUCTS: [Product; 12] = [
    Product {
        sku: "sencha-100",
        name: "Sencha, first flush",
        description: "Picked in the first days of May and steamed within the hour. Grassy and bright, \
                      with a sweetness that stays.",
        unit: "100 g bag",
        price_minor: 1480,
        opening_stock: 60,
        category: "tea",
        image: "sencha",
    },
    Product {
        sku: "gyokuro-50",
        name: "Gyokuro, shaded three weeks",
        description: "Grown under straw until the leaf turns deep green. Brew it cool and small: \
                      broth, sea air, almost no bitterness.",
        unit: "50 g tin",
        price_minor: 2680,
        opening_stock: 24,
        category: "tea",
        image: "gyokuro",
    },
    Product {
        sku: "hojicha-100",
        name: "Hojicha, roasted over charcoal",
        description: "Autumn leaf roasted until it smells of chestnuts. Little caffeine, so it is \
                      the last pot of the day.",
        unit: "100 g bag",
        price_minor: 980,
        opening_stock: 80,
        category: "tea",
        image: "hojicha",
    },
    Product {
        sku: "genmaicha-100",
        name: "Genmaicha with popped rice",
        description: "Green leaf and toasted brown rice, half and half. Forgiving of hot water and \
                      of guests who arrive early.",
        unit: "100 g bag",
        price_minor: 880,
        opening_stock: 80,
        category: "tea",
        image: "genmaicha",
    },
    Product {
        sku: "matcha-30",
        name: "Matcha, stone-ground",
        description: "Ground to order on granite, forty grams an hour. Smooth enough to drink \
                      without a sweet beside it.",
        unit: "30 g tin",
        price_minor: 2160,
        opening_stock: 36,
        category: "tea",
        image: "matcha",
    },
    Product {
        sku: "kukicha-100",
        name: "Kukicha, stem tea",
        description: "The pale stems sorted out of our gyokuro. Light, creamy, and the best value \
                      on this shelf.",
        unit: "100 g bag",
        price_minor: 1080,
        opening_stock: 48,
        category: "tea",
        image: "kukicha",
    },
    Product {
        sku: "kyusu-pot",
        name: "Side-handled kyusu pot",
        description: "Red Tokoname clay, thrown by hand, with a sieve of the same clay. Holds two \
                      cups and pours to the last drop.",
        unit: "1 pot, 280 ml",
        price_minor: 6400,
        opening_stock: 12,
        category: "ware",
        image: "kyusu",
    },
    Product {
        sku: "yunomi-cup",
        name: "Yunomi cup, ash glaze",
        description: "Tall enough to warm both hands. The glaze is rice-straw ash and runs \
                      differently on every one.",
        unit: "1 cup, 180 ml",
        price_minor: 2200,
        opening_stock: 30,
        category: "ware",
        image: "yunomi",
    },
    Product {
        sku: "chasen-whisk",
        name: "Bamboo chasen whisk",
        description: "Eighty tines split from a single piece of white bamboo in Takayama. Soak it \
                      for a minute before the first bowl.",
        unit: "1 whisk",
        price_minor: 2900,
        opening_stock: 20,
        category: "ware",
        image: "chasen",
    },
    Product {
        sku: "book-of-tea",
        name: "The Book of Tea",
        description: "Okakura's essay of 1906 on tea, flowers and the beauty of the unfinished. \
                      Clothbound, with new notes.",
        unit: "Hardback, 144 pages",
        price_minor: 1980,
        opening_stock: 25,
        category: "books",
        image: "book-of-tea",
    },
    Product {
        sku: "tea-road",
        name: "Walking the Tea Road",
        description: "Eleven days on foot along the Nakasendo, from post town to post town, with a \
                      kettle. Maps on the endpapers.",
        unit: "Paperback, 288 pages",
        price_minor: 2420,
        opening_stock: 18,
        category: "books",
        image: "tea-road",
    },
    Product {
        sku: "haiku-seasons",
        name: "Haiku for Four Seasons",
        description: "A poem for every day of the year, in Japanese and English on facing pages. \
                      Short enough for one cup.",
        unit: "Paperback, 400 pages",
        price_minor: 1650,
        opening_stock: 40,
        category: "books",
        image: "haiku",
    },
];

/// The product of this name, if the store has it.
#[must_use]
pub fn product(sku: &str) -> Option<&'static Product> {
    PRODUCTS.iter().find(|product| product.sku == sku)
}
