//! [`EntityType`]: the catalogue of what can be found, one row each.
//!
//! A row is name, stem of its tokens, category, default class, regimes. A kind of number
//! that only one country knows does not need a row of its own: `NATIONAL_ID`, `TAX_ID` and
//! the like are for all countries, and the rule that found it names the country.

use crate::entity::{Category, DataClass, Regime};

macro_rules! entity_types {
    ($($(#[doc = $doc:literal])* $variant:ident = $name:literal, $stem:literal, $category:ident, $class:ident, [$($regime:ident),*];)*) => {
        /// What a finding is. Names follow Presidio where it has one.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        #[non_exhaustive]
        pub enum EntityType { $($(#[doc = $doc])* $variant,)* }

        impl EntityType {
            /// Every entity type, in the order of the catalogue.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)*];

            /// The name in output, configuration and audit, such as `EMAIL_ADDRESS`.
            pub fn name(self) -> &'static str {
                match self { $(Self::$variant => $name,)* }
            }

            /// What its tokens begin with, such as `EMAIL` in `EMAIL_K7Q2MX`. No stem is
            /// the end of another, and none is a word that programs put before numbers.
            pub fn stem(self) -> &'static str {
                match self { $(Self::$variant => $stem,)* }
            }

            /// What it is, in a sentence for people.
            pub fn meaning(self) -> &'static str {
                match self { $(Self::$variant => concat!($($doc),*).trim_ascii(),)* }
            }

            /// Its group in the data inventory.
            pub fn category(self) -> Category {
                match self { $(Self::$variant => Category::$category,)* }
            }

            /// The data class of a text in which it stands unmasked, where policy says
            /// nothing else.
            pub fn class(self) -> DataClass {
                match self { $(Self::$variant => DataClass::$class,)* }
            }

            /// The laws and standards that speak about it.
            pub fn regimes(self) -> &'static [Regime] {
                match self { $(Self::$variant => &[$(Regime::$regime),*],)* }
            }
        }
    };
}

entity_types! {
    // Contact.
    /// Somebody's name.
    Person = "PERSON", "PERSON", DirectIdentifier, Sensitive, [Gdpr, Hipaa, Ccpa];
    /// An e-mail address (RFC 5321).
    EmailAddress = "EMAIL_ADDRESS", "EMAIL", DirectIdentifier, Sensitive, [Gdpr, Hipaa, Ccpa];
    /// A telephone number (ITU-T E.164).
    PhoneNumber = "PHONE_NUMBER", "PHONE", DirectIdentifier, Sensitive, [Gdpr, Hipaa, Ccpa];
    /// A postal address, or the part of it that names street and house.
    StreetAddress = "STREET_ADDRESS", "STREETADDR", QuasiIdentifier, Sensitive, [Gdpr, Hipaa, Ccpa];
    /// A postcode.
    PostalCode = "POSTAL_CODE", "POSTCODE", QuasiIdentifier, Internal, [Gdpr, Hipaa, Ccpa];
    /// A place on the map, in degrees (ISO 6709).
    Coordinates = "COORDINATES", "GEOPOINT", QuasiIdentifier, Sensitive, [Gdpr, Hipaa, Ccpa];
    /// A name on a social network.
    SocialHandle = "SOCIAL_HANDLE", "ATHANDLE", DirectIdentifier, Sensitive, [Gdpr, Ccpa];
    /// A web address (RFC 3986).
    Url = "URL", "WEBLINK", Metadata, Internal, [Hipaa, Ccpa];
    /// A place that is none of the next three, or cannot be told: a district, a river, a building, several countries.
    Location = "LOCATION", "PLACE", QuasiIdentifier, Internal, [Gdpr, Hipaa, Ccpa];
    /// A city, town or village.
    City = "CITY", "CITYNAME", QuasiIdentifier, Internal, [Gdpr, Hipaa, Ccpa];
    /// A state, province, Land, or region of the first level. HIPAA lets it stay.
    State = "STATE", "STATENAME", QuasiIdentifier, Internal, [Gdpr, Ccpa];
    /// A country. HIPAA lets it stay.
    Country = "COUNTRY", "COUNTRY", QuasiIdentifier, Internal, [Gdpr, Ccpa];
    /// A company or institution.
    Organization = "ORGANIZATION", "ORG", QuasiIdentifier, Internal, [];
    /// The user's part of a home directory path, or another login name.
    Username = "USERNAME", "USER", Metadata, Internal, [Gdpr, Ccpa];
    // Finance.
    /// A payment card number (ISO/IEC 7812, Luhn).
    CreditCard = "CREDIT_CARD", "CARD", DirectIdentifier, Restricted, [Gdpr, PciDss, Ccpa];
    /// The verification code of a payment card.
    CardCvv = "CARD_CVV", "CARDCVV", DirectIdentifier, Restricted, [Gdpr, PciDss, Ccpa];
    /// The month in which a payment card expires.
    CardExpiry = "CARD_EXPIRY", "CARDEXPIRY", QuasiIdentifier, Restricted, [Gdpr, PciDss, Ccpa];
    /// An IBAN (ISO 13616).
    IbanCode = "IBAN_CODE", "IBAN", DirectIdentifier, Sensitive, [Gdpr, Hipaa, Ccpa];
    /// The code of a bank (BIC, ISO 9362).
    SwiftCode = "SWIFT_CODE", "SWIFTBIC", Metadata, Internal, [Gdpr];
    /// A US bank's routing number.
    AbaRoutingNumber = "ABA_ROUTING_NUMBER", "ABAROUTING", QuasiIdentifier, Internal, [Hipaa, Ccpa];
    /// A British or Irish bank's sort code.
    SortCode = "SORT_CODE", "SORTCODE", QuasiIdentifier, Internal, [Gdpr, Ccpa];
    /// A US bank account number.
    UsBankNumber = "US_BANK_NUMBER", "USACCOUNT", DirectIdentifier, Sensitive, [Hipaa, Ccpa];
    /// A bank account number in a national form.
    BankAccount = "BANK_ACCOUNT", "BANKACCT", DirectIdentifier, Sensitive, [Gdpr, Hipaa, Ccpa];
    /// The address of a crypto wallet.
    Crypto = "CRYPTO", "CRYPTOADDR", DirectIdentifier, Sensitive, [Gdpr, Ccpa];
    /// The number of an invoice or an order.
    InvoiceNumber = "INVOICE_NUMBER", "INVOICENO", QuasiIdentifier, Internal, [Gdpr, Ccpa];
    /// The number of an insurance policy.
    PolicyNumber = "POLICY_NUMBER", "POLICYNO", DirectIdentifier, Sensitive, [Gdpr, Hipaa, Ccpa];
    /// The number of a customer, member or contract.
    CustomerNumber = "CUSTOMER_NUMBER", "CUSTOMERNO", DirectIdentifier, Sensitive, [Gdpr, Hipaa, Ccpa];
    /// A sum of money with its currency.
    Amount = "AMOUNT", "MONEYSUM", SensitiveAttribute, Internal, [];
    // National identifiers.
    /// A person's number or identity card in a country; the rule says which.
    NationalId = "NATIONAL_ID", "NATIONALID", DirectIdentifier, Sensitive, [Gdpr, Hipaa, Ccpa];
    /// A tax number; the rule says of which country.
    TaxId = "TAX_ID", "TAXNUMBER", DirectIdentifier, Sensitive, [Gdpr, Hipaa, Ccpa];
    /// A social insurance number; the rule says of which country.
    SocialInsurance = "SOCIAL_INSURANCE", "SOCIALINSURANCE", DirectIdentifier, Sensitive, [Gdpr, Hipaa, Ccpa];
    /// The registration or value-added tax number of a business.
    CompanyId = "COMPANY_ID", "COMPANYREG", QuasiIdentifier, Internal, [Gdpr];
    /// A passport number, or a machine-readable zone (ICAO 9303).
    Passport = "PASSPORT", "PASSPORT", DirectIdentifier, Sensitive, [Gdpr, Hipaa, Ccpa];
    /// The number of a driving licence.
    DriverLicense = "DRIVER_LICENSE", "DRIVERLICENSE", DirectIdentifier, Sensitive, [Gdpr, Hipaa, Ccpa];
    /// A voter's number.
    VoterId = "VOTER_ID", "VOTERID", DirectIdentifier, Sensitive, [Gdpr, Hipaa, Ccpa];
    /// The number of a visa or residence permit.
    ResidencePermit = "RESIDENCE_PERMIT", "RESIDENCEPERMIT", DirectIdentifier, Sensitive, [Gdpr, Hipaa, Ccpa];
    /// A US social security number.
    UsSsn = "US_SSN", "SSN", DirectIdentifier, Restricted, [Hipaa, Ccpa];
    /// A US taxpayer's number of somebody without social security number.
    UsItin = "US_ITIN", "ITIN", DirectIdentifier, Restricted, [Hipaa, Ccpa];
    /// A US passport number.
    UsPassport = "US_PASSPORT", "PASSPORTUS", DirectIdentifier, Sensitive, [Hipaa, Ccpa];
    /// A US driving licence number.
    UsDriverLicense = "US_DRIVER_LICENSE", "DRIVERUS", DirectIdentifier, Sensitive, [Hipaa, Ccpa];
    /// A number of the British National Health Service.
    UkNhs = "UK_NHS", "NHSNUMBER", DirectIdentifier, Restricted, [Gdpr];
    /// A British national insurance number.
    UkNino = "UK_NINO", "NINO", DirectIdentifier, Sensitive, [Gdpr];
    /// A Spanish tax and identity number.
    EsNif = "ES_NIF", "ESNIF", DirectIdentifier, Sensitive, [Gdpr];
    /// The Spanish number of a foreigner.
    EsNie = "ES_NIE", "ESNIE", DirectIdentifier, Sensitive, [Gdpr];
    /// An Italian codice fiscale.
    ItFiscalCode = "IT_FISCAL_CODE", "CODICEFISCALE", DirectIdentifier, Sensitive, [Gdpr];
    /// An Italian partita IVA.
    ItVatCode = "IT_VAT_CODE", "PARTITAIVA", QuasiIdentifier, Internal, [Gdpr];
    /// An Italian passport number.
    ItPassport = "IT_PASSPORT", "PASSPORTIT", DirectIdentifier, Sensitive, [Gdpr];
    /// An Italian identity card number.
    ItIdentityCard = "IT_IDENTITY_CARD", "CARTAIDENTITA", DirectIdentifier, Sensitive, [Gdpr];
    /// An Italian driving licence number.
    ItDriverLicense = "IT_DRIVER_LICENSE", "DRIVERIT", DirectIdentifier, Sensitive, [Gdpr];
    /// A Polish PESEL.
    PlPesel = "PL_PESEL", "PESEL", DirectIdentifier, Sensitive, [Gdpr];
    /// A Finnish henkilötunnus.
    FiPersonalIdentityCode = "FI_PERSONAL_IDENTITY_CODE", "HETU", DirectIdentifier, Sensitive, [Gdpr];
    /// A Singaporean NRIC or FIN.
    SgNricFin = "SG_NRIC_FIN", "NRIC", DirectIdentifier, Sensitive, [];
    /// The number of a Singaporean entity.
    SgUen = "SG_UEN", "SGUEN", QuasiIdentifier, Internal, [];
    /// An Australian business number.
    AuAbn = "AU_ABN", "AUABN", QuasiIdentifier, Internal, [];
    /// An Australian company number.
    AuAcn = "AU_ACN", "AUACN", QuasiIdentifier, Internal, [];
    /// An Australian tax file number.
    AuTfn = "AU_TFN", "AUTFN", DirectIdentifier, Sensitive, [];
    /// An Australian Medicare number.
    AuMedicare = "AU_MEDICARE", "AUMEDICARE", DirectIdentifier, Restricted, [];
    /// An Indian permanent account number.
    InPan = "IN_PAN", "INPAN", DirectIdentifier, Sensitive, [];
    /// An Indian Aadhaar.
    InAadhaar = "IN_AADHAAR", "AADHAAR", DirectIdentifier, Sensitive, [];
    /// An Indian voter's number (EPIC).
    InVoter = "IN_VOTER", "INVOTER", DirectIdentifier, Sensitive, [];
    /// An Indian passport number.
    InPassport = "IN_PASSPORT", "PASSPORTIN", DirectIdentifier, Sensitive, [];
    /// An Indian vehicle registration.
    InVehicleRegistration = "IN_VEHICLE_REGISTRATION", "INVEHICLE", QuasiIdentifier, Internal, [];
    /// A Korean resident registration number.
    KrRrn = "KR_RRN", "KRRRN", DirectIdentifier, Sensitive, [];
    /// A Thai national identification number.
    ThTnin = "TH_TNIN", "THTNIN", DirectIdentifier, Sensitive, [];
    // Health.
    /// The number of a patient or of a medical record.
    MedicalRecordNumber = "MEDICAL_RECORD_NUMBER", "MEDRECORD", DirectIdentifier, Restricted, [Gdpr, Hipaa, Ccpa];
    /// A health insurance number.
    HealthPlanNumber = "HEALTH_PLAN_NUMBER", "HEALTHPLAN", DirectIdentifier, Restricted, [Gdpr, Hipaa, Ccpa];
    /// A US Medicare beneficiary identifier.
    UsMbi = "US_MBI", "MEDICAREMBI", DirectIdentifier, Restricted, [Hipaa, Ccpa];
    /// The number of a US health care provider.
    UsNpi = "US_NPI", "NPINUMBER", DirectIdentifier, Internal, [Hipaa, Ccpa];
    /// A medical certificate number, such as that of the DEA.
    MedicalLicense = "MEDICAL_LICENSE", "MEDLICENSE", DirectIdentifier, Sensitive, [Hipaa, Ccpa];
    /// A diagnosis as a code (ICD-10).
    DiagnosisCode = "DIAGNOSIS_CODE", "ICDCODE", SensitiveAttribute, Restricted, [Gdpr, Hipaa, Ccpa];
    /// An illness, disability or treatment.
    HealthCondition = "HEALTH_CONDITION", "HEALTHFACT", SensitiveAttribute, Restricted, [Gdpr, Hipaa, Ccpa];
    /// The name of a medicine.
    Medication = "MEDICATION", "DRUGNAME", SensitiveAttribute, Restricted, [Gdpr, Hipaa, Ccpa];
    /// Something about somebody's genes.
    GeneticData = "GENETIC_DATA", "GENETICFACT", SensitiveAttribute, Restricted, [Gdpr, Hipaa, Ccpa];
    /// Something about somebody's body that tells who it is.
    BiometricData = "BIOMETRIC_DATA", "BIOMETRICFACT", SensitiveAttribute, Restricted, [Gdpr, Hipaa, Ccpa];
    // Sensitive attributes.
    /// A religion or belief.
    Religion = "RELIGION", "FAITHFACT", SensitiveAttribute, Restricted, [Gdpr, Ccpa];
    /// An ethnic origin.
    Ethnicity = "ETHNICITY", "ETHNICFACT", SensitiveAttribute, Restricted, [Gdpr, Ccpa];
    /// A political opinion or party.
    PoliticalView = "POLITICAL_VIEW", "POLITICALFACT", SensitiveAttribute, Restricted, [Gdpr, Ccpa];
    /// Membership of a trade union.
    UnionMembership = "UNION_MEMBERSHIP", "UNIONFACT", SensitiveAttribute, Restricted, [Gdpr, Ccpa];
    /// Sexual orientation or sex life.
    SexualOrientation = "SEXUAL_ORIENTATION", "SEXUALFACT", SensitiveAttribute, Restricted, [Gdpr, Ccpa];
    /// Convictions and offences.
    CriminalHistory = "CRIMINAL_HISTORY", "CRIMINALFACT", SensitiveAttribute, Restricted, [Gdpr, Ccpa];
    /// Somebody's sex or gender.
    Gender = "GENDER", "GENDERFACT", QuasiIdentifier, Internal, [Gdpr, Ccpa];
    // Law and work.
    /// The number of a case at a court or an authority.
    CaseNumber = "CASE_NUMBER", "CASEREF", QuasiIdentifier, Sensitive, [Gdpr];
    /// A law firm's number of a client's matter.
    MatterNumber = "MATTER_NUMBER", "MATTERREF", QuasiIdentifier, Sensitive, [];
    /// Words that mark a text as privileged or confidential.
    PrivilegeMarker = "PRIVILEGE_MARKER", "PRIVILEGEMARK", Metadata, Restricted, [];
    /// An employee's number.
    EmployeeId = "EMPLOYEE_ID", "EMPLOYEENO", DirectIdentifier, Sensitive, [Gdpr, Hipaa, Ccpa];
    /// A job title.
    JobTitle = "JOB_TITLE", "JOBTITLE", QuasiIdentifier, Internal, [Gdpr, Ccpa];
    /// The number of a certificate or professional licence.
    LicenseNumber = "LICENSE_NUMBER", "CERTIFICATENO", DirectIdentifier, Sensitive, [Gdpr, Hipaa, Ccpa];
    /// A student's number.
    StudentId = "STUDENT_ID", "STUDENTNO", DirectIdentifier, Sensitive, [Gdpr, Ccpa];
    // Times.
    /// A date or a time of day.
    DateTime = "DATE_TIME", "DATETIME", QuasiIdentifier, Internal, [Hipaa];
    /// The date on which somebody was born.
    BirthDate = "BIRTH_DATE", "BIRTHDATE", QuasiIdentifier, Sensitive, [Gdpr, Hipaa, Ccpa];
    /// Somebody's age.
    Age = "AGE", "YEARSOLD", QuasiIdentifier, Internal, [Gdpr, Hipaa, Ccpa];
    // Vehicles and travel.
    /// The registration plate of a vehicle.
    LicensePlate = "LICENSE_PLATE", "CARPLATE", QuasiIdentifier, Sensitive, [Gdpr, Hipaa, Ccpa];
    /// A vehicle identification number (ISO 3779).
    Vin = "VIN", "CARVIN", QuasiIdentifier, Sensitive, [Gdpr, Hipaa, Ccpa];
    /// The code of a booking or ticket.
    BookingReference = "BOOKING_REFERENCE", "BOOKINGREF", QuasiIdentifier, Sensitive, [Gdpr, Ccpa];
    // Technical.
    /// An IPv4 or IPv6 address.
    IpAddress = "IP_ADDRESS", "IP", QuasiIdentifier, Internal, [Gdpr, Hipaa, Ccpa];
    /// The address of a network card (IEEE 802).
    MacAddress = "MAC_ADDRESS", "MACADDR", QuasiIdentifier, Internal, [Gdpr, Hipaa, Ccpa];
    /// The number of a mobile telephone (3GPP TS 23.003).
    Imei = "IMEI", "IMEINO", DirectIdentifier, Sensitive, [Gdpr, Hipaa, Ccpa];
    /// A UUID (RFC 9562).
    Uuid = "UUID", "UUIDREF", Metadata, Internal, [Hipaa];
    /// The serial number or identifier of a device.
    DeviceId = "DEVICE_ID", "DEVICEREF", QuasiIdentifier, Sensitive, [Gdpr, Hipaa, Ccpa];
    /// The identifier of a session or request.
    SessionId = "SESSION_ID", "SESSIONREF", Behavioural, Sensitive, [Gdpr, Ccpa];
    /// What a browser sends back to a site (RFC 6265).
    Cookie = "COOKIE", "COOKIEVALUE", Behavioural, Sensitive, [Gdpr, Ccpa];
    /// What a browser says it is.
    UserAgent = "USER_AGENT", "USERAGENT", Behavioural, Internal, [Gdpr, Ccpa];
    /// The name of a machine.
    Hostname = "HOSTNAME", "HOSTREF", Metadata, Internal, [];
    /// The identifier or route of a mail (RFC 5322).
    MailHeader = "MAIL_HEADER", "MAILHEADER", Metadata, Internal, [Gdpr];
    /// A line of a log that says what somebody did.
    ActivityLine = "ACTIVITY_LINE", "ACTIVITYLINE", Behavioural, Sensitive, [Gdpr, Ccpa];
    /// Who wrote a document, and with what.
    DocumentMetadata = "DOCUMENT_METADATA", "DOCMETA", Metadata, Internal, [Gdpr];
    // Others.
    /// A key, token, password or other credential.
    Secret = "SECRET", "SECRET", Secret, Restricted, [Gdpr, Hipaa, PciDss, Ccpa];
    /// Client text that looks like one of Privet's own tokens.
    TokenLiteral = "TOKEN_LITERAL", "LITERAL", Metadata, Internal, [];
    /// Something the company defined itself.
    Custom = "CUSTOM", "CUSTOM", Custom, Sensitive, [];
}
