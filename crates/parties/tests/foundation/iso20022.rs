//! ISO 20022: what is written is read back, and nothing else is read.

use tallystick_parties::iso20022::camt053::{
    self, AccountId, Balance, Booked, BookingKind, Direction, Statement,
};
use tallystick_parties::iso20022::pain002::{self, Reason, Report, Status};
use tallystick_parties::iso20022::{
    BYTES_MAX, Batch, Holding, INSTRUCTIONS_MAX, Instruction, Iso20022Error, Mandate, Name, Order,
    Reference, Remittance, TextError, pain001, pain008, read_order,
};
use tallystick_protocol::wire::money::{Currency, Money};
use tallystick_protocol::wire::time::Timestamp;

fn reference(text: &str) -> Reference {
    Reference::new(text).unwrap()
}

fn holding(name: &str, iban: &str) -> Holding {
    Holding {
        name: Name::new(name).unwrap(),
        iban: iban.parse().unwrap(),
    }
}

fn instruction(number: u64) -> Instruction {
    Instruction {
        end_to_end: reference(&format!("E2E-{number}")),
        money: Money::new(1205 + number, Currency::Eur),
        other: holding("Aiko Tanaka", "GB29NWBK60161331926819"),
        mandate: None,
        remittance: Some(Remittance::new("Tea, 2 packets (sencha)").unwrap()),
    }
}

fn batch(count: u64) -> Batch {
    Batch {
        message: reference("MSG-1"),
        made_at: Timestamp(1_790_000_000),
        on: "2026-09-21".parse().unwrap(),
        own: holding("Sakura Bank", "DE89370400440532013000"),
        instructions: (0..count).map(instruction).collect(),
    }
}

fn with_mandates(mut batch: Batch) -> Batch {
    for one in &mut batch.instructions {
        one.mandate = Some(Mandate {
            id: reference("MANDATE-1"),
            signed_on: "2026-09-01".parse().unwrap(),
        });
    }
    batch
}

fn xml(batch: &Batch) -> String {
    String::from_utf8(pain001::write(batch).unwrap()).unwrap()
}

fn refused(text: &str) -> Iso20022Error {
    read_order(text.as_bytes()).unwrap_err()
}

fn statement() -> Statement {
    let euros = |minor| Balance {
        minor,
        currency: Currency::Eur,
    };
    let entry = |number: u64, direction| Booked {
        bank_reference: Some(format!("REF-{number}")),
        end_to_end: Some(reference(&format!("E2E-{number}"))),
        money: Money::new(100 * number, Currency::Eur),
        direction,
        kind: BookingKind::Collected,
        on: "2026-09-21".parse().unwrap(),
        other: Some("O'Neill (Aiko) + Sons".to_owned()),
        other_account: (number == 1).then(|| "GB29NWBK60161331926819".parse().unwrap()),
        remittance: None,
    };
    Statement {
        id: reference("STATEMENT-1"),
        made_at: Timestamp(1_790_000_000),
        account: AccountId::Iban("DE89370400440532013000".parse().unwrap()),
        opening: euros(-50),
        closing: euros(-150),
        days: ("2026-09-20".parse().unwrap(), "2026-09-21".parse().unwrap()),
        page: 2,
        is_last_page: false,
        entries: vec![entry(1, Direction::In), entry(2, Direction::Out)],
    }
}

#[test]
fn credit_transfers_direct_debits_reports_and_statements_are_read_as_they_are_written() {
    let transfers = batch(3);
    let written = pain001::write(&transfers).unwrap();
    assert_eq!(read_order(&written), Ok((Order::Transfers, transfers)));
    let debits = with_mandates(batch(2));
    let written = pain008::write(&debits).unwrap();
    assert_eq!(read_order(&written), Ok((Order::Collections, debits)));
    let status = |name: &str, outcome| Status {
        end_to_end: reference(name),
        outcome,
    };
    let mut statuses = vec![status("BOOKED", Ok(()))];
    statuses.extend(Reason::ALL.map(|reason| status(reason.as_str(), Err(reason))));
    let report = Report {
        id: reference("REPORT-1"),
        made_at: Timestamp(1_790_000_000),
        message: reference("MSG-1"),
        message_kind: Order::Transfers.message_kind().to_owned(),
        statuses,
    };
    assert_eq!(pain002::read(&pain002::write(&report)), Ok(report));
    let statement = statement();
    let written = camt053::write(&statement).unwrap();
    assert_eq!(camt053::read(&written), Ok(vec![statement.clone()]));
    let of_a_bank_alone = Statement {
        account: AccountId::Other(reference("8999900000000001")),
        ..statement
    };
    let written = camt053::write(&of_a_bank_alone).unwrap();
    assert_eq!(camt053::read(&written), Ok(vec![of_a_bank_alone]));
}

#[test]
fn the_fullest_message_is_not_over_the_limit() {
    let longest = |len: usize| "W".repeat(len);
    let mut full = with_mandates(batch(INSTRUCTIONS_MAX as u64));
    full.message = reference(&longest(35));
    for (number, one) in full.instructions.iter_mut().enumerate() {
        one.end_to_end = reference(&format!("{number:035}"));
        one.other.name = Name::new(&"'".repeat(70)).unwrap();
        one.remittance = Some(Remittance::new(&longest(140)).unwrap());
        one.money = Money::new(100_000_000_000, Currency::Eur);
    }
    let written = pain008::write(&full).unwrap();
    assert!(written.len() < BYTES_MAX, "{}", written.len());
    assert_eq!(pain008::read(&written), Ok(full.clone()));
    full.instructions.push(instruction(0));
    assert_eq!(pain008::write(&full), Err(Iso20022Error::Count));
}

#[test]
fn prefixes_white_space_comments_and_references_to_characters_change_nothing() {
    let plain = xml(&batch(1));
    let spaced = plain
        .replace("><", ">\n  <")
        .replace("<GrpHdr>", "<!-- a comment --><GrpHdr>");
    let referred = spaced.replace("Sakura Bank", "S&#97;kur&#x61; Bank");
    let prefixed = referred
        .replace("</", "</i:")
        .replace("<Document xmlns=", "<Document xmlns:i=")
        .replace('<', "<i:")
        .replace("<i:/i:", "</i:")
        .replace("<i:?", "<?")
        .replace("<i:!", "<!");
    for text in [&plain, &spaced, &referred, &prefixed] {
        assert_eq!(read_order(text.as_bytes()).unwrap().1, batch(1), "{text}");
    }
}

#[test]
fn no_document_type_no_entity_no_instruction_and_no_cdata_is_read() {
    let plain = xml(&batch(1));
    let bomb =
        "<!DOCTYPE b [<!ENTITY a \"aaaaaaaaaa\"><!ENTITY b \"&a;&a;&a;&a;&a;&a;\">]><Document";
    for text in [
        plain.replace("<Document", bomb),
        plain.replace("MSG-1", "&b;"),
        plain.replace("<GrpHdr>", "<?php echo 1?><GrpHdr>"),
        plain.replace("MSG-1", "<![CDATA[MSG-1]]>"),
    ] {
        assert_eq!(refused(&text), Iso20022Error::Forbidden, "{text}");
    }
}

#[test]
fn what_is_too_long_too_deep_or_too_much_is_refused() {
    let plain = xml(&batch(1));
    let deep = format!("<MsgId>{}{}", "<a>".repeat(50), "</a>".repeat(50));
    let many = "<a/>".repeat(30_000);
    let long = "x".repeat(3_000);
    let huge = format!("{}{plain}", " ".repeat(BYTES_MAX));
    for text in [
        plain.replace("<MsgId>", &deep),
        plain.replace("<MsgId>", &format!("{many}<MsgId>")),
        plain.replace("MSG-1", &long),
        huge,
    ] {
        assert_eq!(refused(&text), Iso20022Error::TooLarge);
    }
}

#[test]
fn what_is_not_well_formed_or_of_another_message_is_refused() {
    let plain = xml(&batch(1));
    let end = plain.len() - "</Document>\n".len();
    for text in [
        "",
        " ",
        "<Document/>",
        &plain[..end],
        &plain[..end / 2],
        &plain.replace("</GrpHdr>", "</grpHdr>"),
        &plain.replace("MSG-1", "a & b"),
        &plain.replace("MSG-1", "a &lt b"),
        &format!("{plain}{plain}"),
        &format!("{plain}text"),
        &plain.replace("UTF-8", "ISO-8859-1"),
        &plain.replace("<NbOfTxs>", "<NbOfTxs a='1' a='2'>"),
    ] {
        let error = refused(text);
        assert!(
            matches!(
                error,
                Iso20022Error::NotXml | Iso20022Error::Unexpected { .. }
            ),
            "{error} {text}"
        );
    }
    for text in [
        plain.replace("pain.001.001.09", "pain.001.001.03"),
        plain.replace("<GrpHdr>", "<GrpHdr xmlns=\"urn:other\">"),
    ] {
        assert!(matches!(refused(&text), Iso20022Error::Namespace(_)));
    }
    let two = plain.replace("</Document>", "<CstmrCdtTrfInitn/></Document>");
    assert!(matches!(refused(&two), Iso20022Error::Missing { .. }));
}

#[test]
fn of_a_payment_nothing_stands_in_a_message_that_is_not_read() {
    let plain = xml(&batch(1));
    for (place, more) in [
        ("<Cdtr>", "<ChrgBr>DEBT</ChrgBr><Cdtr>"),
        ("<Cdtr>", "<UltmtDbtr><Nm>Mallory</Nm></UltmtDbtr><Cdtr>"),
        (
            "<DbtrAgt>",
            "<UltmtDbtr><Nm>Mallory</Nm></UltmtDbtr><DbtrAgt>",
        ),
        ("</CdtTrfTxInf>", "<SplmtryData/></CdtTrfTxInf>"),
        ("</EndToEndId>", "</EndToEndId><UETR>1</UETR>"),
        ("<InstdAmt ", "<InstdAmt Kind=\"more\" "),
    ] {
        assert!(plain.contains(place), "{place}");
        let error = refused(&plain.replacen(place, more, 1));
        let is_noticed = matches!(
            error,
            Iso20022Error::Missing { .. } | Iso20022Error::Unexpected { .. }
        );
        assert!(is_noticed, "{more}: {error}");
    }
    // In another order it is another message.
    let name = "<Cdtr><Nm>Aiko Tanaka</Nm></Cdtr>";
    let moved = plain
        .replace(name, "")
        .replace("</CdtrAcct>", &format!("</CdtrAcct>{name}"));
    assert!(matches!(refused(&moved), Iso20022Error::Missing { .. }));
}

#[test]
fn numbers_that_do_not_agree_are_refused() {
    let plain = xml(&batch(2));
    for (right, wrong) in [
        ("<NbOfTxs>2", "<NbOfTxs>3"),
        ("<CtrlSum>24.11", "<CtrlSum>24.12"),
        ("<CtrlSum>24.11", "<CtrlSum>-24.11"),
    ] {
        // Once in the header and once in the block: each is held to it.
        for (before, after) in [(1, wrong), (2, wrong)] {
            let mut parts = plain.split(right);
            let mut altered = parts.next().unwrap().to_owned();
            for (number, part) in (1..).zip(parts) {
                altered.push_str(if number == before { after } else { right });
                altered.push_str(part);
            }
            assert!(
                matches!(refused(&altered), Iso20022Error::Sum(_)),
                "{altered}"
            );
        }
    }
    let twice = plain.replace("E2E-1", "E2E-0");
    assert_eq!(refused(&twice), Iso20022Error::Twice);
    let mixed = plain.replacen(
        "InstdAmt Ccy=\"EUR\">12.06",
        "InstdAmt Ccy=\"USD\">12.06",
        1,
    );
    assert_eq!(refused(&mixed), Iso20022Error::Currencies);
    let other = plain.replace("<Ccy>EUR", "<Ccy>USD");
    assert_eq!(refused(&other), Iso20022Error::Currencies);
    let mut statement = statement();
    statement.closing.minor += 1;
    assert_eq!(
        camt053::write(&statement),
        Err(Iso20022Error::Sum("closing balance"))
    );
}

#[test]
fn only_latin_characters_go_to_banks_and_short_ones() {
    for name in ["Aiko Tanaka", "O'Neill", "A/B-C?D:E(F)G.H,I+J 0"] {
        assert!(Name::new(name).is_ok(), "{name}");
    }
    let cases = [
        ("", TextError::Length(70)),
        (&"A".repeat(71), TextError::Length(70)),
        ("佐藤愛子", TextError::NotLatin),
        ("Müller", TextError::NotLatin),
        ("Tea & Books", TextError::NotLatin),
        ("<b>", TextError::NotLatin),
        ("A\nB", TextError::NotLatin),
        (" A", TextError::Spaces),
        ("A ", TextError::Spaces),
    ];
    for (name, error) in cases {
        assert_eq!(Name::new(name), Err(error), "{name}");
    }
    for name in ["/A", "A/", "A//B"] {
        assert_eq!(Reference::new(name), Err(TextError::Slashes), "{name}");
    }
    assert!(Reference::new(&"A".repeat(35)).is_ok());
    assert_eq!(Reference::new(&"A".repeat(36)), Err(TextError::Length(35)));
    let japanese = xml(&batch(1)).replace("Aiko Tanaka", "佐藤愛子");
    assert!(matches!(
        refused(&japanese),
        Iso20022Error::Text(_, TextError::NotLatin)
    ));
}

#[test]
fn a_statement_of_another_bank_may_say_more_and_must_still_add_up() {
    let plain = String::from_utf8(camt053::write(&statement()).unwrap()).unwrap();
    let pending = "<Ntry><Amt Ccy=\"EUR\">9.99</Amt><CdtDbtInd>CRDT</CdtDbtInd><Sts><Cd>PDNG</Cd></Sts></Ntry></Stmt>";
    let more = plain
        .replace("<FrToDt>", "<LglSeqNb>7</LglSeqNb><FrToDt>")
        .replacen(
            "<NtryDtls>",
            "<AddtlInfInd><MsgId>A</MsgId></AddtlInfInd><NtryDtls>",
            1,
        )
        .replace("</Stmt>", pending);
    assert_eq!(camt053::read(more.as_bytes()), Ok(vec![statement()]));
    // Several payments in one entry, of which each says how much.
    let details = |minor: &str, name: &str| {
        format!(
            "<TxDtls><Refs><EndToEndId>{name}</EndToEndId></Refs><Amt Ccy=\"EUR\">{minor}</Amt></TxDtls>"
        )
    };
    let (start, end) = (
        plain.find("<TxDtls>").unwrap(),
        plain.find("</TxDtls>").unwrap() + "</TxDtls>".len(),
    );
    let split = |second: &str| {
        format!(
            "{}{}{}{}",
            &plain[..start],
            details("0.40", "A"),
            details(second, "B"),
            &plain[end..]
        )
    };
    let read = camt053::read(split("0.60").as_bytes()).unwrap();
    let names: Vec<_> = read[0]
        .entries
        .iter()
        .map(|entry| entry.end_to_end.clone())
        .collect();
    assert_eq!(
        names,
        [
            Some(reference("A")),
            Some(reference("B")),
            Some(reference("E2E-2"))
        ]
    );
    for wrong in [
        split("0.61"),
        plain.replacen("<Cd>OPBD", "<Cd>ITAV", 1),
        plain.replacen("<Cd>CLBD", "<Cd>OPBD", 1),
        plain.replacen("<CdtDbtInd>DBIT", "<CdtDbtInd>CRDT", 1),
        plain.replacen("<CdtDbtInd>DBIT", "<CdtDbtInd>debit", 1),
        plain.replace("Ccy=\"EUR\">2.00", "Ccy=\"USD\">2.00"),
        plain.replace("DE89370400440532013000", "DE89370400440532013001"),
    ] {
        assert!(camt053::read(wrong.as_bytes()).is_err(), "{wrong}");
    }
}

#[test]
fn any_byte_altered_is_refused_or_read_as_what_it_says() {
    let plain = xml(&batch(1)).into_bytes();
    for at in 0..plain.len() {
        for altered in [b'<', b'&', b'0', 0xff] {
            let mut bytes = plain.clone();
            bytes[at] = altered;
            // Reading ends, without a panic; what is read can be written and read again.
            if let Ok((_, read)) = read_order(&bytes) {
                let again = pain001::write(&read).unwrap();
                assert_eq!(read_order(&again), Ok((Order::Transfers, read)));
            }
        }
    }
}
