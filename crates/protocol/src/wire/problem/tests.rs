use super::*;
use crate::home::HomeRefusal;
use crate::trust::statement::StatementError;
use alloc::format;

#[test]
fn every_kind_is_read_back_from_its_json() {
    for kind in ProblemKind::ALL {
        let problem = Problem::new(*kind, "The parcel \"A\" is too heavy: 31 kg");
        assert_eq!(Problem::from_json(&problem.to_json()), Some(problem));
    }
}

#[test]
fn no_two_kinds_share_a_name_and_all_are_error_statuses() {
    for (index, kind) in ProblemKind::ALL.iter().enumerate() {
        assert_eq!(ProblemKind::from_name(kind.as_str()), Some(*kind));
        assert!((400..600).contains(&kind.status()), "{kind:?}");
        assert!(
            kind.title().ends_with('.'),
            "{kind:?} is told in a sentence"
        );
        assert!(!ProblemKind::ALL[..index].contains(kind));
    }
}

#[test]
fn the_json_has_the_members_of_rfc_9457() {
    let json = Problem::new(ProblemKind::OutOfStock, "Only 2 are left.").to_json();
    let json: serde_json::Value = serde_json::from_slice(&json).unwrap();
    assert_eq!(
        json["type"],
        "https://tallystick.example/problems/out-of-stock"
    );
    assert_eq!(json["title"], "The goods are not in stock.");
    assert_eq!(json["status"], 409);
    assert_eq!(json["detail"], "Only 2 are left.");
}

#[test]
fn a_problem_of_an_unknown_kind_is_still_told() {
    let json = br#"{"type":"https://elsewhere.example/p","status":422,"detail":"No.","new":[1]}"#;
    let problem = Problem::from_json(json).unwrap();
    assert_eq!(problem, Problem::new(ProblemKind::Malformed, "No."));
    let problem = Problem::from_json(b"{}").unwrap();
    assert_eq!(problem.kind, ProblemKind::Internal);
}

#[test]
fn what_is_not_a_problem_is_not_read_as_one() {
    assert_eq!(Problem::from_json(b""), None);
    assert_eq!(Problem::from_json(b"[]"), None);
    assert_eq!(Problem::from_json(b"<html>"), None);
    assert_eq!(Problem::from_json(&[b' '; PROBLEM_LEN_MAX + 1]), None);
}

#[test]
fn a_long_detail_is_cut_between_characters() {
    let problem = Problem::new(ProblemKind::Internal, &"茶".repeat(400));
    assert_eq!(problem.detail.len(), 510);
    assert!(problem.detail.chars().all(|symbol| symbol == '茶'));
}

#[test]
fn an_error_becomes_a_problem_with_its_sentence() {
    let problem = Problem::from(StatementError::Expired);
    assert_eq!(problem.kind, ProblemKind::Expired);
    assert_eq!(problem.detail, "The statement has expired.");
}

#[test]
fn every_refusal_of_a_home_is_a_kind_of_its_own_and_is_read_back() {
    for refusal in HomeRefusal::ALL {
        let kind = ProblemKind::from(refusal);
        assert_eq!(kind.as_str(), format!("home-{}", refusal.as_str()));
        assert_eq!(kind.home_refusal(), Some(refusal));
    }
    assert_eq!(ProblemKind::Malformed.home_refusal(), None);
}
