"""Reads and writes ISO 20022 by pyiso20022, and validates by ISO's own schemas. It knows nothing of our code.

    judge.py read KIND < message.xml    what the message says, as JSON
    judge.py write KIND < said.json     a message that says so, as XML

KIND is pain.001, pain.008, pain.002 or camt.053. What breaks a schema ends with exit code 1.
pyiso20022 has no pain.008.001.08 and nobody packs the schema of pain.002.001.10: the one is read by its schema
alone, the other by its classes alone."""

import importlib.util
import json
import sys
from decimal import Decimal
from pathlib import Path

import xmlschema
from pyiso20022.camt import camt_053_001_08 as camt053
from pyiso20022.pain import pain_001_001_09 as pain001
from pyiso20022.pain import pain_002_001_10 as pain002
from xsdata.formats.dataclass.parsers import XmlParser
from xsdata.formats.dataclass.parsers.config import ParserConfig
from xsdata.formats.dataclass.serializers import XmlSerializer
from xsdata.models.datatype import XmlDate, XmlDateTime

NAMESPACE = {
    "pain.001": "urn:iso:std:iso:20022:tech:xsd:pain.001.001.09",
    "camt.053": "urn:iso:std:iso:20022:tech:xsd:camt.053.001.08",
}
SCHEMAS = {
    "pain.001": ("pain001", "templates/pain.001.001.09/pain.001.001.09.xsd"),
    "pain.008": ("pain001", "templates/pain.008.001.08/pain.008.001.08.xsd"),
    "camt.053": ("camt053", "xsd/camt.053.001.08.xsd"),
}


def schema(kind):
    # The packages are looked for, not imported: they want much that is not needed for their schemas.
    package, path = SCHEMAS[kind]
    folder = Path(importlib.util.find_spec(package).submodule_search_locations[0])
    return xmlschema.XMLSchema(str(folder / path))


def parsed(xml, document):
    return XmlParser(config=ParserConfig(fail_on_unknown_properties=True)).from_bytes(xml, document)


def text(value):
    return None if value is None else str(value)


def minor(amount, currency):
    """Minor units, by how many places each currency has."""
    places = {"JPY": 0, "EUR": 2, "USD": 2}[currency]
    scaled = Decimal(str(amount)).scaleb(places)
    if scaled != scaled.to_integral_value():
        raise ValueError(f"{amount} {currency} has too many places")
    return int(scaled)


def decimal(minor_units, currency):
    return Decimal(minor_units).scaleb(-{"JPY": 0, "EUR": 2, "USD": 2}[currency])


def read_pain001(xml):
    message = parsed(xml, pain001.Document).cstmr_cdt_trf_initn
    (block,) = message.pmt_inf
    return {
        "message": message.grp_hdr.msg_id,
        "count": int(message.grp_hdr.nb_of_txs),
        "on": text(block.reqd_exctn_dt.dt),
        "own": {"name": block.dbtr.nm, "iban": block.dbtr_acct.id.iban},
        "instructions": [
            {
                "end_to_end": one.pmt_id.end_to_end_id,
                "minor": minor(one.amt.instd_amt.value, one.amt.instd_amt.ccy),
                "currency": one.amt.instd_amt.ccy,
                "name": one.cdtr.nm,
                "iban": one.cdtr_acct.id.iban,
                "remittance": one.rmt_inf.ustrd[0],
            }
            for one in block.cdt_trf_tx_inf
        ],
    }


def read_pain008(xml):
    message = schema("pain.008").to_dict(xml.decode(), decimal_type=str)["CstmrDrctDbtInitn"]
    (block,) = message["PmtInf"]
    return {
        "message": message["GrpHdr"]["MsgId"],
        "count": int(message["GrpHdr"]["NbOfTxs"]),
        "on": block["ReqdColltnDt"],
        "own": {"name": block["Cdtr"]["Nm"], "iban": block["CdtrAcct"]["Id"]["IBAN"]},
        "instructions": [
            {
                "end_to_end": one["PmtId"]["EndToEndId"],
                "minor": minor(one["InstdAmt"]["$"], one["InstdAmt"]["@Ccy"]),
                "currency": one["InstdAmt"]["@Ccy"],
                "name": one["Dbtr"]["Nm"],
                "iban": one["DbtrAcct"]["Id"]["IBAN"],
                "remittance": one["RmtInf"]["Ustrd"][0],
                "mandate": {
                    "id": one["DrctDbtTx"]["MndtRltdInf"]["MndtId"],
                    "signed_on": one["DrctDbtTx"]["MndtRltdInf"]["DtOfSgntr"],
                },
            }
            for one in block["DrctDbtTxInf"]
        ],
    }


def read_pain002(xml):
    message = parsed(xml, pain002.Document).cstmr_pmt_sts_rpt
    (block,) = message.orgnl_pmt_inf_and_sts
    return {
        "message": message.orgnl_grp_inf_and_sts.orgnl_msg_id,
        "message_kind": message.orgnl_grp_inf_and_sts.orgnl_msg_nm_id,
        "group": message.orgnl_grp_inf_and_sts.grp_sts,
        "statuses": [
            {
                "end_to_end": one.orgnl_end_to_end_id,
                "status": one.tx_sts,
                "reason": one.sts_rsn_inf[0].rsn.cd if one.sts_rsn_inf else None,
            }
            for one in block.tx_inf_and_sts
        ],
    }


def balance(statement, code):
    (found,) = [one for one in statement.bal if one.tp.cd_or_prtry.cd == code]
    sign = 1 if found.cdt_dbt_ind is camt053.CreditDebitCode.CRDT else -1
    return sign * minor(found.amt.value, found.amt.ccy)


def read_camt053(xml):
    (statement,) = parsed(xml, camt053.Document).bk_to_cstmr_stmt.stmt
    entries = []
    for entry in statement.ntry:
        (details,) = entry.ntry_dtls[0].tx_dtls
        incoming = entry.cdt_dbt_ind is camt053.CreditDebitCode.CRDT
        related = details.rltd_pties
        side = related.dbtr if incoming else related.cdtr
        other_account = related.dbtr_acct if incoming else related.cdtr_acct
        entries.append(
            {
                "reference": entry.acct_svcr_ref,
                "end_to_end": details.refs.end_to_end_id,
                "minor": minor(entry.amt.value, entry.amt.ccy),
                "direction": "in" if incoming else "out",
                "on": text(entry.bookg_dt.dt),
                "other": side.pty.nm,
                "other_account": other_account.id.iban,
                "remittance": details.rmt_inf.ustrd[0],
            }
        )
    return {
        "account": statement.acct.id.iban or statement.acct.id.othr.id,
        "currency": statement.acct.ccy,
        "opening": balance(statement, "OPBD"),
        "closing": balance(statement, "CLBD"),
        "entries": entries,
    }


def write_pain001(said):
    def party(name):
        return pain001.PartyIdentification135(nm=name)

    def account(iban):
        return pain001.CashAccount38(id=pain001.AccountIdentification4Choice(iban=iban))

    other = pain001.GenericFinancialIdentification1(id="NOTPROVIDED")
    agent = pain001.BranchAndFinancialInstitutionIdentification6(
        fin_instn_id=pain001.FinancialInstitutionIdentification18(othr=other)
    )
    currency = said["instructions"][0]["currency"]
    total = decimal(sum(one["minor"] for one in said["instructions"]), currency)
    count = str(len(said["instructions"]))
    transfers = [
        pain001.CreditTransferTransaction34(
            pmt_id=pain001.PaymentIdentification6(end_to_end_id=one["end_to_end"]),
            amt=pain001.AmountType4Choice(
                instd_amt=pain001.ActiveOrHistoricCurrencyAndAmount(
                    value=decimal(one["minor"], one["currency"]), ccy=one["currency"]
                )
            ),
            cdtr=party(one["name"]),
            cdtr_acct=account(one["iban"]),
            rmt_inf=pain001.RemittanceInformation16(ustrd=[one["remittance"]]),
        )
        for one in said["instructions"]
    ]
    block = pain001.PaymentInstruction30(
        pmt_inf_id=said["message"],
        pmt_mtd=pain001.PaymentMethod3Code.TRF,
        nb_of_txs=count,
        ctrl_sum=total,
        reqd_exctn_dt=pain001.DateAndDateTime2Choice(dt=XmlDate.from_string(said["on"])),
        dbtr=party(said["own"]["name"]),
        dbtr_acct=account(said["own"]["iban"]),
        dbtr_agt=agent,
        cdt_trf_tx_inf=transfers,
    )
    header = pain001.GroupHeader85(
        msg_id=said["message"],
        cre_dt_tm=XmlDateTime.from_string("2026-11-27T12:00:00.123+09:00"),
        nb_of_txs=count,
        ctrl_sum=total,
        initg_pty=party(said["own"]["name"]),
    )
    initiation = pain001.CustomerCreditTransferInitiationV09(grp_hdr=header, pmt_inf=[block])
    return pain001.Document(cstmr_cdt_trf_initn=initiation)


def write_camt053(said):
    currency = said["currency"]

    def amount(units):
        return camt053.ActiveOrHistoricCurrencyAndAmount(value=decimal(abs(units), currency), ccy=currency)

    def day(written):
        return camt053.DateAndDateTime2Choice(dt=XmlDate.from_string(written))

    def direction(is_in):
        return camt053.CreditDebitCode.CRDT if is_in else camt053.CreditDebitCode.DBIT

    def bal(code, units, written):
        choice = camt053.BalanceType10Choice(cd=code)
        return camt053.CashBalance8(
            tp=camt053.BalanceType13(cd_or_prtry=choice),
            amt=amount(units),
            cdt_dbt_ind=direction(units >= 0),
            dt=day(written),
        )

    def entry(one):
        number = camt053.AccountIdentification4Choice(iban=one["other_account"])
        account = camt053.CashAccount38(id=number)
        party = camt053.Party40Choice(pty=camt053.PartyIdentification135(nm=one["other"]))
        is_in = one["direction"] == "in"
        side = "dbtr" if is_in else "cdtr"
        details = camt053.EntryTransaction10(
            refs=camt053.TransactionReferences6(end_to_end_id=one["end_to_end"]),
            amt=amount(one["minor"]),
            cdt_dbt_ind=direction(is_in),
            rltd_pties=camt053.TransactionParties6(**{side: party, f"{side}_acct": account}),
            rmt_inf=camt053.RemittanceInformation16(ustrd=[one["remittance"]]),
        )
        return camt053.ReportEntry10(
            amt=amount(one["minor"]),
            cdt_dbt_ind=direction(is_in),
            sts=camt053.EntryStatus1Choice(cd="BOOK"),
            bookg_dt=day(one["on"]),
            acct_svcr_ref=one["reference"],
            bk_tx_cd=camt053.BankTransactionCodeStructure4(
                prtry=camt053.ProprietaryBankTransactionCodeStructure1(cd="ANY")
            ),
            ntry_dtls=[camt053.EntryDetails9(tx_dtls=[details])],
        )

    made = XmlDateTime.from_string("2026-11-27T12:00:00+09:00")
    statement = camt053.AccountStatement9(
        id="STATEMENT-OF-ANOTHER-BANK",
        elctrnc_seq_nb=Decimal(7),
        cre_dt_tm=made,
        acct=camt053.CashAccount39(
            id=camt053.AccountIdentification4Choice(iban=said["account"]), ccy=currency
        ),
        bal=[
            bal("OPBD", said["opening"], "2026-11-26"),
            bal("CLBD", said["closing"], "2026-11-27"),
            bal("CLAV", said["closing"], "2026-11-27"),
        ],
        ntry=[entry(one) for one in said["entries"]],
    )
    header = camt053.GroupHeader81(msg_id="MESSAGE-OF-ANOTHER-BANK", cre_dt_tm=made)
    report = camt053.BankToCustomerStatementV08(grp_hdr=header, stmt=[statement])
    return camt053.Document(bk_to_cstmr_stmt=report)


READERS = {
    "pain.001": read_pain001,
    "pain.008": read_pain008,
    "pain.002": read_pain002,
    "camt.053": read_camt053,
}
WRITERS = {"pain.001": write_pain001, "camt.053": write_camt053}


def main(verb, kind):
    given = sys.stdin.buffer.read()
    if verb == "write":
        document = WRITERS[kind](json.loads(given))
        # As xsdata writes them by itself: with a prefix at each element.
        given = XmlSerializer().render(document, ns_map={"iso": NAMESPACE[kind]}).encode()
    if kind in SCHEMAS:
        schema(kind).validate(given.decode())
    if verb == "write":
        sys.stdout.buffer.write(given)
    else:
        json.dump(READERS[kind](given), sys.stdout)


if __name__ == "__main__":
    main(*sys.argv[1:])
