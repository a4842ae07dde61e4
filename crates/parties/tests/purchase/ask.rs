//! What a test asks of the parties and their machines.

use http::{Request, Response};
use serde_json::Value as Json;
use tallystick_parties::native::block_on;
use tallystick_parties::ports::{Network, Tables};

use super::world::{ISSUER, SHOP, World, text};

impl World {
    /// Sends a request as somebody outside: "holder" or "page".
    pub fn send(
        &self,
        who: &str,
        to: &str,
        method: &str,
        path: &str,
        media_type: &str,
        body: Vec<u8>,
    ) -> Response<Vec<u8>> {
        let request = Request::builder()
            .method(method)
            .uri(format!("https://{to}{path}"))
            .header("content-type", media_type)
            .body(body)
            .unwrap();
        block_on(self.hub.network(who).send(request)).unwrap()
    }

    pub fn get(&self, to: &str, path: &str) -> Response<Vec<u8>> {
        self.send("page", to, "GET", path, "", Vec::new())
    }

    pub fn post(&self, to: &str, path: &str, media_type: &str, body: Vec<u8>) -> Response<Vec<u8>> {
        self.send("holder", to, "POST", path, media_type, body)
    }

    pub fn get_json(&self, to: &str, path: &str) -> Json {
        let answer = self.get(to, path);
        assert!(answer.status().is_success(), "{path}: {}", text(&answer));
        serde_json::from_slice(answer.body()).unwrap()
    }

    /// A party's console, with the whole page of each order that it lists under "orders".
    pub fn console(&self, of: &str) -> Json {
        let mut console = self.get_json(of, "/v1/console");
        let lines = console["lines"].as_array().unwrap().clone();
        let page = |line: &Json| {
            let number = line["order_id"].as_str().unwrap();
            self.get_json(of, &format!("/v1/console/orders/{number}"))["order"].clone()
        };
        console["orders"] = lines.iter().map(page).collect();
        console
    }

    /// One number from a party's database.
    pub fn number(&self, of: &str, sql: &str) -> i64 {
        self.machine(of).database.run(sql, &[]).unwrap()[0]
            .integer(0)
            .unwrap()
    }

    /// What stands on an account of the issuer's ledger: "holder 1 available", "holder 1 reserved",
    /// "payable to SHOP".
    pub fn balance(&self, account: &str) -> i64 {
        let (name, what) = if let Some(name) = account.strip_suffix(" available") {
            (name, "credits_posted - debits_posted - debits_pending")
        } else if let Some(name) = account.strip_suffix(" reserved") {
            (name, "debits_pending")
        } else {
            (account, "credits_posted - debits_posted")
        };
        let sql =
            format!("SELECT coalesce((SELECT {what} FROM accounts WHERE name = '{name}'), 0)");
        self.number(ISSUER, &sql)
    }

    /// Pieces of a product on the shelf, as the store's page shows them.
    pub fn stock(&self, sku: &str) -> i64 {
        let catalogue = self.get_json(SHOP, "/v1/catalogue");
        let products = catalogue["products"].as_array().unwrap();
        products
            .iter()
            .find(|product| product["sku"] == sku)
            .unwrap()["stock"]
            .as_i64()
            .unwrap()
    }

    /// The bytes that a party received, one after the other.
    pub fn received_by(&self, name: &str) -> Vec<u8> {
        let all = self.hub.received();
        all.iter()
            .filter(|message| message.by == name)
            .flat_map(|message| message.bytes.clone())
            .collect()
    }

    /// How often a party was sent a request at `path`.
    pub fn requests(&self, name: &str, path: &str) -> usize {
        let what = format!("POST {path}");
        let all = self.hub.received();
        all.iter()
            .filter(|message| message.by == name && message.what == what)
            .count()
    }
}
