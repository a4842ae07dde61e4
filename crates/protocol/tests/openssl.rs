//! What we certify and sign must satisfy the tool that everybody else checks with.

#![allow(clippy::unwrap_used, reason = "a test stops at the first surprise")]

use std::path::{Path, PathBuf};
use std::process::Command;

use tallystick_protocol::test_keys::{
    TEST_KEYS, TestAuthority, test_key, test_signature, test_spki,
};
use tallystick_protocol::trust::certificate::{CertificateRequest, UnsignedRequest};
use tallystick_protocol::trust::signature::{VerifyingKey, verify_pss};
use tallystick_protocol::wire::identifier::{Domain, Role};
use tallystick_protocol::wire::time::Timestamp;

const NOW: Timestamp = Timestamp(1_800_000_000);

/// A folder of files that is removed at the end.
struct Folder(PathBuf);

impl Folder {
    /// Nothing, and a sentence, where there is no `openssl`.
    fn new(test: &str) -> Option<Self> {
        if Command::new("openssl").arg("version").output().is_err() {
            eprintln!("SKIPPED {test}: there is no `openssl` on this machine.");
            return None;
        }
        let folder = std::env::temp_dir().join(format!("tallystick-{test}-{}", std::process::id()));
        std::fs::create_dir_all(&folder).unwrap();
        Some(Self(folder))
    }

    fn write(&self, name: &str, bytes: &[u8]) -> PathBuf {
        let path = self.0.join(name);
        std::fs::write(&path, bytes).unwrap();
        path
    }

    /// Writes a certificate as PEM, which `openssl verify` wants.
    fn write_certificate(&self, name: &str, der: &[u8]) -> PathBuf {
        self.write_pem("x509", name, der)
    }

    /// Writes a revocation list as PEM.
    fn write_list(&self, name: &str, der: &[u8]) -> PathBuf {
        self.write_pem("crl", name, der)
    }

    fn write_pem(&self, kind: &str, name: &str, der: &[u8]) -> PathBuf {
        let der = self.write(&format!("{name}.der"), der);
        let pem = self.0.join(name);
        let arguments = [
            kind,
            "-inform",
            "DER",
            "-in",
            text(&der),
            "-out",
            text(&pem),
        ];
        let (converted, said) = openssl(&arguments);
        assert!(converted, "{said}");
        pem
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _gone = std::fs::remove_dir_all(&self.0);
    }
}

fn text(path: &Path) -> &str {
    path.to_str().unwrap()
}

fn openssl(arguments: &[&str]) -> (bool, String) {
    let output = Command::new("openssl").args(arguments).output().unwrap();
    let said = [output.stdout, output.stderr].concat();
    (
        output.status.success(),
        String::from_utf8_lossy(&said).into_owned(),
    )
}

fn verify(root: &Path, leaf: &Path) -> (bool, String) {
    let at = NOW.seconds().to_string();
    openssl(&[
        "verify",
        "-attime",
        &at,
        "-x509_strict",
        "-CAfile",
        text(root),
        text(leaf),
    ])
}

#[test]
fn openssl_accepts_our_certificates_and_rejects_altered_ones() {
    let Some(folder) = Folder::new("certificates") else {
        return;
    };
    let mut authority = TestAuthority::new(NOW);
    let leaf = authority.party(Role::Shop, "kiso-tea.localhost", "Kiso Tea & Books", 1);
    let holder = authority.holder("account 4f2a", 2);
    let root = folder.write_certificate("root.pem", authority.root.as_der());

    for (name, certificate) in [("leaf.pem", &leaf), ("holder.pem", &holder)] {
        let path = folder.write_certificate(name, certificate.as_der());
        let (accepted, said) = verify(&root, &path);
        assert!(accepted, "{said}");
    }

    let mut altered = leaf.as_der().to_vec();
    let name = altered
        .windows(4)
        .position(|bytes| bytes == b"Kiso")
        .unwrap();
    altered[name] ^= 1;
    let altered = folder.write_certificate("altered.pem", &altered);
    let (accepted, said) = verify(&root, &altered);
    assert!(!accepted, "openssl accepts an altered certificate");
    assert!(said.contains("signature"), "{said}");
}

#[test]
fn openssl_finds_revoked_certificates_on_our_list() {
    let Some(folder) = Folder::new("revocations") else {
        return;
    };
    let mut authority = TestAuthority::new(NOW);
    let shop = authority.party(Role::Shop, "kiso-tea.localhost", "Kiso Tea & Books", 1);
    let holder = authority.holder("account 4f2a", 2);
    let root = folder.write_certificate("root.pem", authority.root.as_der());
    let shop_pem = folder.write_certificate("shop.pem", shop.as_der());
    let holder_pem = folder.write_certificate("holder.pem", holder.as_der());
    let at = NOW.seconds().to_string();
    let check = |list: &Path, leaf: &Path| {
        openssl(&[
            "verify",
            "-attime",
            &at,
            "-x509_strict",
            "-crl_check",
            "-CRLfile",
            text(list),
            "-CAfile",
            text(&root),
            text(leaf),
        ])
    };

    for (name, list, revoked) in [
        ("none.pem", authority.list(1, &[]), false),
        ("one.pem", authority.list(2, &[&holder]), true),
    ] {
        let list = folder.write_list(name, &list);
        let (accepted, said) = openssl(&[
            "crl",
            "-verify",
            "-noout",
            "-CAfile",
            text(&root),
            "-in",
            text(&list),
        ]);
        assert!(accepted && said.contains("verify OK"), "{said}");
        let (accepted, said) = check(&list, &shop_pem);
        assert!(accepted, "{said}");
        let (accepted, said) = check(&list, &holder_pem);
        assert_eq!(accepted, !revoked, "{said}");
        assert_eq!(said.contains("certificate revoked"), revoked, "{said}");
    }
}

#[test]
fn openssl_shows_number_times_and_reason_and_refuses_an_altered_list() {
    let Some(folder) = Folder::new("list-contents") else {
        return;
    };
    let mut authority = TestAuthority::new(NOW);
    let holder = authority.holder("account 4f2a", 2);
    let list = authority.list(300, &[&holder]);
    let path = folder.write_list("list.pem", &list);
    let (_, said) = openssl(&["crl", "-in", text(&path), "-noout", "-text"]);
    for expected in [
        "Version 2",
        "Signature Algorithm: rsassaPss",
        "X509v3 CRL Number",
        "300",
        "Last Update: Jan 15 08:00:00 2027 GMT",
        "Next Update: Jan 16 08:00:00 2027 GMT",
        "X509v3 Authority Key Identifier",
        "Key Compromise",
    ] {
        assert!(said.contains(expected), "{expected} is missing in:\n{said}");
    }

    let mut altered = list;
    let last = altered.len() - 1;
    altered[last] ^= 1;
    let root = folder.write_certificate("root.pem", authority.root.as_der());
    let path = folder.write_list("altered.pem", &altered);
    let arguments = ["crl", "-verify", "-noout", "-CAfile", text(&root), "-in"];
    let (_, said) = openssl(&[arguments.as_slice(), &[text(&path)]].concat());
    assert!(said.contains("verify failure"), "{said}");
}

#[test]
fn openssl_shows_the_role_and_the_domain() {
    let Some(folder) = Folder::new("contents") else {
        return;
    };
    let mut authority = TestAuthority::new(NOW);
    let leaf = authority.party(Role::Courier, "hayate.localhost", "Hayate Courier", 1);
    let leaf = folder.write_certificate("leaf.pem", leaf.as_der());
    let (_, said) = openssl(&["x509", "-in", text(&leaf), "-noout", "-text"]);
    for expected in [
        "1.3.6.1.4.1.58888.1.3",
        "DNS:hayate.localhost",
        "CA:FALSE",
        "Digital Signature",
        "O = Hayate Courier",
        "Signature Algorithm: rsassaPss",
    ] {
        assert!(said.contains(expected), "{expected} is missing in:\n{said}");
    }
}

#[test]
fn openssl_accepts_a_certificate_of_a_p256_key_and_reads_the_key() {
    let Some(folder) = Folder::new("p256") else {
        return;
    };
    let mut authority = TestAuthority::new(NOW);
    let key = VerifyingKey::of_p256(&[9; 32]).unwrap().to_spki().unwrap();
    let purse = authority.holder_of("Purse 4f2a", &key);
    let bank = authority.party_of((Role::Bank, "midori-bank.localhost", "Midori Bank"), &key);
    let root = folder.write_certificate("root.pem", authority.root.as_der());
    for (name, certificate) in [("purse.pem", &purse), ("bank.pem", &bank)] {
        let path = folder.write_certificate(name, certificate.as_der());
        let (accepted, said) = verify(&root, &path);
        assert!(accepted, "{said}");
        let (_, said) = openssl(&["x509", "-in", text(&path), "-noout", "-text"]);
        for expected in ["id-ecPublicKey", "NIST CURVE: P-256", "rsassaPss"] {
            assert!(said.contains(expected), "{expected} is missing in:\n{said}");
        }
        let pem = ["x509", "-in", text(&path), "-noout", "-pubkey"];
        let (_, pem) = openssl(&pem);
        let pem = folder.write("key.pem", pem.as_bytes());
        let der = folder.0.join("key.der");
        let (read, said) = openssl(&[
            "pkey",
            "-pubin",
            "-in",
            text(&pem),
            "-outform",
            "DER",
            "-out",
            text(&der),
        ]);
        assert!(read, "{said}");
        assert_eq!(std::fs::read(der).unwrap(), key);
    }
}

#[test]
fn openssl_verifies_our_requests_and_we_read_them() {
    let Some(folder) = Folder::new("requests") else {
        return;
    };
    let domain = Domain::parse("kiso-tea.localhost").unwrap();
    let unsigned = UnsignedRequest::new(Role::Shop, &domain, "Kiso Tea", &test_spki(1)).unwrap();
    let signature = test_signature(1, unsigned.to_be_signed());
    let request = unsigned.finish(&signature).unwrap();
    assert!(CertificateRequest::verify(&request).is_ok());
    let request = folder.write("request.der", &request);
    let (accepted, said) = openssl(&[
        "req",
        "-verify",
        "-noout",
        "-inform",
        "DER",
        "-in",
        text(&request),
    ]);
    assert!(accepted && said.contains("OK"), "{said}");
}

#[test]
fn a_signature_by_openssl_verifies_here() {
    let Some(folder) = Folder::new("signatures") else {
        return;
    };
    let key = folder.write("key.der", TEST_KEYS[3]);
    let message = folder.write("message", b"one order, three readers");
    let signature = folder.0.join("signature");
    let (signed, said) = openssl(&[
        "dgst",
        "-sha256",
        "-sign",
        text(&key),
        "-keyform",
        "DER",
        "-sigopt",
        "rsa_padding_mode:pss",
        "-sigopt",
        "rsa_pss_saltlen:32",
        "-out",
        text(&signature),
        text(&message),
    ]);
    assert!(signed, "{said}");
    let signature = std::fs::read(signature).unwrap();
    let public_key = test_key(3).to_public_key();
    assert_eq!(
        verify_pss(&public_key, b"one order, three readers", &signature),
        Ok(())
    );
}
