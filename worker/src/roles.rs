//! One Durable Object class a role. Only the classes of the roles that are compiled in exist.
use tallystick_parties::ports::*;
use worker::{DurableObject, Env, Request, Response, Result, State, durable_object};
use tallystick_parties::Party;
use crate::ports::WorkerPorts;
use crate::book::Book;

/// Temporary: exercises the ports.
pub struct Probe { ports: WorkerPorts }
impl Party for Probe {
    async fn serve(&self, request: http::Request<Vec<u8>>) -> http::Response<Vec<u8>> {
        let mut out = String::new();
        let db = self.ports.database();
        let _ = db.run("CREATE TABLE IF NOT EXISTS t (a INTEGER PRIMARY KEY, b BLOB, c TEXT) STRICT", &[]);
        let r = db.transaction(&mut |t| { t.run("INSERT INTO t (b,c) VALUES (?,?)", &[Value::Blob(vec![1,2,3]), Value::Null])?; Ok(()) });
        out += &format!("commit {r:?}\n");
        let r = db.transaction(&mut |t| { t.run("INSERT INTO t (b,c) VALUES (?,?)", &[Value::Blob(vec![9]), "x".into()])?; Err(DatabaseError::Shape(7)) });
        out += &format!("rollback {r:?}\n");
        let r = db.transaction(&mut |t| { t.run("INSERT INTO t (b,c) VALUES (?,?)", &[Value::Text("wrong".into()), "x".into()])?; Ok(()) });
        out += &format!("type {r:?}\n");
        out += &format!("rows {:?}\n", db.run("SELECT a,b,c,count(*) FROM t WHERE a <= ? LIMIT 1", &[Value::Integer(1<<40)]));
        let k = self.ports.signing().generate().await;
        match k { Ok(k) => { out += &format!("pkcs8 {} spki {}\n", k.pkcs8.len(), k.spki.len());
            let s = self.ports.signing().sign(&k.pkcs8, b"hello").await; out += &format!("sig {:?}\n", s.map(|s| s.len())); }
            Err(e) => out += &format!("{e}\n") }
        if request.uri().path() == "/v1/out" {
            for u in ["https://keys.localhost/v1/in", "https://elsewhere.example/"] {
            let r = self.ports.network().send(http::Request::builder().method("POST").uri(u).header("content-type","application/cbor").body(vec![1,2]).unwrap_or_default()).await;
            out += &format!("net {:?}\n", r.map(|r| (r.status(), r.body().len(), String::from_utf8_lossy(r.body()).into_owned()))); }
        }
        out += &format!("{} {} body {}\n", request.method(), request.uri(), request.body().len());
        http::Response::builder().header("content-type","text/plain").body(out.into_bytes()).unwrap_or_default()
    }
    async fn wake(&self) { self.ports.log().line("{\"woke\":true}"); }
    fn next_alarm(&self) -> Option<u64> { let n = self.ports.clock().now_ms(); if n % 3 != 9 { Some(n + 500) } else {None} }
}
fn open(env: &Env, storage: worker::Storage) -> std::result::Result<Probe, crate::settings::SettingsError> {
    let r = tallystick_protocol::identifier::Role::Shop;
    if crate::settings::text(env, "ROLE")? == "shop" { let _ = crate::settings::read(env, r)?; }
    Ok(Probe { ports: WorkerPorts::new(storage) })
}

macro_rules! book { ($name:ident) => {
#[durable_object(alarm)]
pub struct $name { book: Book<Probe> }
impl DurableObject for $name {
    fn new(state: State, env: Env) -> Self { Self { book: Book::new(state, env) } }
    async fn fetch(&self, request: Request) -> Result<Response> { self.book.fetch(request, open).await }
    async fn alarm(&self) -> Result<Response> { self.book.alarm(open).await }
}
}}
book!(ShopBook);
book!(KeyCentreBook);
book!(CaBook);
book!(IssuerBook);
book!(CourierBook);
