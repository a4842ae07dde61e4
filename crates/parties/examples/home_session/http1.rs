//! HTTP/1.1 over TCP between the stations, as much of it as they say.

use core::cell::RefCell;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{Ipv4Addr, TcpStream};

use http::{Request, Response};
use tallystick_parties::Party;

/// One end of a connection.
pub struct Line {
    stream: BufReader<TcpStream>,
}

/// What stands in front of a body.
pub struct Head {
    /// The request line, or the status line.
    pub first: String,
    /// Names in lower case, and values.
    headers: Vec<(String, String)>,
}

impl Head {
    pub fn header(&self, name: &str) -> &str {
        let found = self.headers.iter().find(|(own, _)| own == name);
        found.map_or("", |(_, value)| value)
    }
}

impl Line {
    pub fn to(port: u16) -> Self {
        Self::over(TcpStream::connect((Ipv4Addr::LOCALHOST, port)).unwrap())
    }

    pub fn over(stream: TcpStream) -> Self {
        stream.set_nodelay(true).unwrap();
        Self {
            stream: BufReader::new(stream),
        }
    }

    /// Says something at once.
    pub fn say(&mut self, bytes: &[u8]) {
        self.stream.get_mut().write_all(bytes).unwrap();
    }

    /// The next so many bytes; nothing, if the other side has ended.
    pub fn bytes(&mut self, length: usize) -> Option<Vec<u8>> {
        let mut bytes = vec![0; length];
        self.stream.read_exact(&mut bytes).ok()?;
        Some(bytes)
    }

    fn line(&mut self) -> Option<String> {
        let mut line = String::new();
        let read = self.stream.read_line(&mut line).ok()?;
        (read > 0).then(|| line.trim_end().to_owned())
    }

    pub fn head(&mut self) -> Option<Head> {
        let first = self.line()?;
        let mut headers = Vec::new();
        loop {
            let line = self.line()?;
            let Some((name, value)) = line.split_once(':') else {
                return Some(Head { first, headers });
            };
            headers.push((name.to_lowercase(), value.trim().to_owned()));
        }
    }

    pub fn message(&mut self) -> Option<(Head, Vec<u8>)> {
        let head = self.head()?;
        if head.header("transfer-encoding") == "chunked" {
            let mut body = Vec::new();
            loop {
                let length = usize::from_str_radix(&self.line()?, 16).ok()?;
                body.extend(self.bytes(length)?);
                self.line()?;
                if length == 0 {
                    return Some((head, body));
                }
            }
        }
        let length = head.header("content-length").parse().unwrap_or(0);
        let body = self.bytes(length)?;
        Some((head, body))
    }
}

/// A message on the wire.
pub fn written(first: &str, headers: &[(&str, &str)], body: &[u8]) -> Vec<u8> {
    let mut text = format!("{first}\r\ncontent-length: {}\r\n", body.len());
    for (name, value) in headers {
        text += &format!("{name}: {value}\r\n");
    }
    [text.as_bytes(), b"\r\n", body].concat()
}

/// A party that is reached over TCP. Its connection stays open.
pub struct Remote {
    port: u16,
    /// The port in the host's name, where there is one.
    shown: Option<u16>,
    line: RefCell<Option<Line>>,
}

impl Remote {
    pub fn at(port: u16) -> Self {
        Self {
            port,
            shown: None,
            line: RefCell::default(),
        }
    }

    /// As [`Remote::at`], by the name that it has in a browser.
    pub fn named(port: u16) -> Self {
        Self {
            shown: Some(port),
            ..Self::at(port)
        }
    }
}

impl Party for Remote {
    async fn serve(&self, request: Request<Vec<u8>>) -> Response<Vec<u8>> {
        let mut line = self.line.borrow_mut();
        let line = line.get_or_insert_with(|| Line::to(self.port));
        let (uri, method) = (request.uri(), request.method());
        let mut host = uri.host().unwrap_or_default().to_owned();
        if let Some(port) = self.shown {
            host += &format!(":{port}");
        }
        let content_type = request.headers().get("content-type");
        let content_type = content_type.map_or("", |value| value.to_str().unwrap());
        let headers = [("host", &*host), ("content-type", content_type)];
        let first = format!("{method} {} HTTP/1.1", uri.path());
        line.say(&written(&first, &headers, request.body()));
        let (head, body) = line.message().unwrap();
        let status: u16 = head.first.split(' ').nth(1).unwrap().parse().unwrap();
        let answer = Response::builder().status(status);
        let answer = answer.header("content-type", head.header("content-type"));
        answer.body(body).unwrap()
    }

    async fn wake(&self) {}
}
