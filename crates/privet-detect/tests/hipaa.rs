//! The eighteen identifiers of the HIPAA Privacy Rule's safe harbour, 45 CFR
//! 164.514(b)(2)(i), one test each, with the profile for records of patients.

use privet_detect::{Analyzer, AnalyzerOptions, Profile};
use privet_text::EntityType;

/// Whether each of `want` is covered as a whole by findings of the profile `health`, and
/// one of them is of the type `entity`.
#[track_caller]
fn check(text: &str, entity: EntityType, want: &[&str]) {
    let findings = Analyzer::new(AnalyzerOptions::of(Profile::Health)).analyze(text);
    for value in want {
        let start = text.find(value).unwrap_or(usize::MAX / 2);
        let covered = (start..start + value.len()).all(|at| {
            let inside = |span: privet_text::Span| span.start() <= at && at < span.end();
            let letter = text.as_bytes().get(at).is_none_or(u8::is_ascii_alphanumeric);
            !letter || findings.iter().any(|finding| inside(finding.span))
        });
        assert!(covered, "{value:?} in {text:?}: {findings:?}");
    }
    assert!(findings.iter().any(|f| f.entity == entity), "no {entity} in {text:?}: {findings:?}");
}

#[test]
fn a_names() {
    check("Patient: Ines Kowalski, seen today", EntityType::Person, &["Ines Kowalski"]);
}

#[test]
fn b_places_smaller_than_a_state() {
    let text = "lives at 742 Evergreen Terrace, Springfield, OR 97477";
    check(text, EntityType::StreetAddress, &["742 Evergreen Terrace, Springfield, OR 97477"]);
    check("ZIP: 97477", EntityType::PostalCode, &["97477"]);
    check("Ines Kowalski moved from Munich to Berlin.", EntityType::City, &["Munich", "Berlin"]);
    // States and countries may stay; unless somebody says so, they do not.
    for entity in [EntityType::State, EntityType::Country] {
        assert!(!entity.regimes().contains(&privet_text::Regime::Hipaa), "{entity}");
    }
    assert!(EntityType::City.regimes().contains(&privet_text::Regime::Hipaa));
}

#[test]
fn c_dates_and_ages_over_89() {
    check(
        "admitted 03/14/2026, discharged March 20, 2026",
        EntityType::DateTime,
        &["03/14/2026", "March 20, 2026"],
    );
    check("DOB: 05/12/1961", EntityType::BirthDate, &["05/12/1961"]);
    check("a 93-year-old woman", EntityType::Age, &["93"]);
}

#[test]
fn d_telephone_numbers() {
    check("Tel. (415) 555-0123", EntityType::PhoneNumber, &["(415) 555-0123"]);
}

#[test]
fn e_vehicles() {
    check("VIN 1HGCM82633A004352", EntityType::Vin, &["1HGCM82633A004352"]);
    check("license plate 7ABC123", EntityType::LicensePlate, &["7ABC123"]);
}

#[test]
fn f_fax_numbers() {
    check("Fax: 415-555-0188", EntityType::PhoneNumber, &["415-555-0188"]);
}

#[test]
fn g_devices() {
    check("pacemaker serial number: PM-4829-AX71", EntityType::DeviceId, &["PM-4829-AX71"]);
    check("IMEI 490154203237518", EntityType::Imei, &["490154203237518"]);
}

#[test]
fn h_mail_addresses() {
    check(
        "reach her at ines@kestrel-mail.com",
        EntityType::EmailAddress,
        &["ines@kestrel-mail.com"],
    );
}

#[test]
fn i_web_addresses() {
    check("see https://kestrel-mail.com/ines", EntityType::Url, &["https://kestrel-mail.com/ines"]);
}

#[test]
fn j_social_security_numbers() {
    check("SSN 536-22-1847", EntityType::UsSsn, &["536-22-1847"]);
}

#[test]
fn k_ip_addresses() {
    check("portal login from 81.169.145.68", EntityType::IpAddress, &["81.169.145.68"]);
}

#[test]
fn l_medical_record_numbers() {
    check("MRN: 00482913", EntityType::MedicalRecordNumber, &["00482913"]);
}

#[test]
fn m_biometric_identifiers() {
    check(
        "identified by fingerprint and voiceprint",
        EntityType::BiometricData,
        &["fingerprint", "voiceprint"],
    );
}

#[test]
fn n_health_plan_numbers() {
    check("Medicaid ID: XQH482913077", EntityType::HealthPlanNumber, &["XQH482913077"]);
    check("MBI 1EG4-TE5-MK73", EntityType::UsMbi, &["1EG4-TE5-MK73"]);
}

#[test]
fn o_photographs() {
    // A picture is no text: what a text can hold is where it lies and who is in its name.
    let text = "full-face photograph: https://kestrel-mail.com/photos/ines-kowalski.jpg";
    check(text, EntityType::Url, &["https://kestrel-mail.com/photos/ines-kowalski.jpg"]);
}

#[test]
fn p_account_numbers() {
    check("account number: 4829130771", EntityType::BankAccount, &["4829130771"]);
    check("customer number: K-482913", EntityType::CustomerNumber, &["K-482913"]);
}

#[test]
fn q_certificates_and_licences() {
    check("license number: RN-482913", EntityType::LicenseNumber, &["RN-482913"]);
    check("driver's license D4829130", EntityType::UsDriverLicense, &["D4829130"]);
}

#[test]
fn r_any_other_unique_number() {
    check("employee id: E-48291", EntityType::EmployeeId, &["E-48291"]);
    check("case no. 2:21-cv-04829", EntityType::CaseNumber, &["2:21-cv-04829"]);
}
