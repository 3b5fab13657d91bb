import { listed } from '../listed.ts'

/** A kind of attribute that no profile may hold. Names in words; how they are written does not matter. */
export interface SensitiveCategory {
  readonly title: string
  /** Sensitive wherever they stand in a name: `patient_diagnosis_code`. */
  readonly anywhere: readonly string[]
  /** Sensitive as the whole name, or with its owner before it (`user_race`): inside other names they mean something else. */
  readonly alone: readonly string[]
}

const category = (title: string, anywhere: string, alone: string): SensitiveCategory => ({
  title,
  anywhere: listed(anywhere),
  alone: listed(alone),
})

/**
 * Special categories of personal data (GDPR art. 9), criminal convictions (art. 10), and what a thief would look for: credentials, payment
 * data (PCI DSS), official numbers, where exactly somebody is, and names and birthdays of children.
 */
export const sensitiveCategories: readonly SensitiveCategory[] = [
  category(
    'Racial or ethnic origin (GDPR art. 9)',
    `ethnicity | ethnic origin | ethnic group | ethnic background | racial | race ethnicity | skin color | skin colour | skin tone
     hautfarbe | ethnie | ethnische herkunft | etnia | origine ethnique | nationality origin | tribal affiliation
     этническая принадлежность | этническое происхождение | pochodzenie etniczne`,
    'race | caste | tribe | ethnic | раса | национальность',
  ),
  category(
    'Religion and philosophical beliefs (GDPR art. 9)',
    `religion | religions | religious belief | religious beliefs | religious views | religious affiliation | religious preference
     religious community | religionszugehörigkeit | religious orientation | church tax | church member | kirchensteuer | konfession
     kirchenzugehörigkeit | philosophical belief | philosophical beliefs | glaubensrichtung | confession religieuse
     appartenance religieuse | croyance religieuse | croyances religieuses | creencias religiosas | afiliacion religiosa
     религия | вероисповедание | wyznanie`,
    'religious | faith | denomination | religiosity | glaube | confession',
  ),
  category(
    'Political opinions (GDPR art. 9)',
    `political opinion | political opinions | political party | political affiliation | political view | political views
     political leaning | political preference | political orientation | party membership | party affiliation | voting intention
     voting preference | parteizugehörigkeit | parteimitgliedschaft | politische meinung | politische einstellung
     opinion politique | opiniones politicas | afiliacion politica | политические взгляды | poglądy polityczne`,
    'voted for | politics | partei',
  ),
  category(
    'Trade union membership (GDPR art. 9)',
    `trade union | trade unions | trade union member | labor union | labour union | gewerkschaft | gewerkschaftsmitglied
     gewerkschaftszugehörigkeit | appartenance syndicale | afiliacion sindical`,
    'union membership | union member | syndicat | sindicato',
  ),
  category(
    'Genetic and biometric data (GDPR art. 9)',
    `genetic | genetics | genetic data | genome | genotype | dna | biometric | biometrics | biometric data | fingerprint template
     face template | facial template | face print | voice print | retina scan | iris scan | face recognition data | gendaten`,
    'fingerprint scan | facial recognition | faceprint | voiceprint',
  ),
  category(
    'Health (GDPR art. 9)',
    `health status | health condition | health conditions | health data | health record | health records | health issue
     health issues | health problem | health problems | health history | mental health | medical condition | medical conditions
     medical history | medical record | medical records | medical data | medical information | medical diagnosis | diagnosis
     diagnoses | diagnosed with | diagnose | disability | disabilities | disabled person | illness | illnesses | disease | diseases
     medication | medications | pregnancy | pregnant | expected due date | baby due date | due date of birth | blood type
     blood group | allergy | allergies | hiv | hiv status | diabetes | diabetic | vaccination status | vaccinated | covid status
     symptoms | body weight | körpergewicht | poids corporel | peso corporal | menstruation | menstrual cycle | last menstrual period | ovulation | fertility | miscarriage | abortion | sick leave
     sickness | body mass index | smoking status | drug use | alcohol use | patient record | therapy notes | schwanger
     schwangerschaft | krankheit | krankheiten | krankengeschichte | krankheitstage | behinderung | schwerbehinderung
     grad der behinderung | gesundheitszustand | gesundheitsdaten | allergien | medikamente | medikation | blutgruppe | impfstatus
     maladie | grossesse | enceinte | état de santé | groupe sanguin | enfermedad | discapacidad | embarazada | embarazo
     estado de salud | состояние здоровья | диагноз | заболевание | инвалидность | беременность | группа крови
     stan zdrowia | niepełnosprawność`,
    'health | prescription | prescriptions | bmi | smoker | therapy | medical | gesundheit | santé | salud | здоровье | zdrowie | choroba | ciąża',
  ),
  category(
    'Sex life and sexual orientation (GDPR art. 9)',
    `sex life | sexual orientation | sexual preference | sexual preferences | sexual identity | sexuality | gender identity
     transgender | lgbt | lgbtq | lgbtqia | sexuelle orientierung | sexualität | sexualleben | geschlechtsidentität
     orientation sexuelle | orientacion sexual | сексуальная ориентация | orientacja seksualna`,
    'gay | lesbian | bisexual | homosexual | queer',
  ),
  category(
    'Criminal convictions and offences (GDPR art. 10)',
    `criminal record | criminal records | criminal conviction | criminal convictions | criminal history | criminal offence
     criminal offense | criminal charges | criminal background | arrest record | police record | prison sentence | vorstrafe
     vorstrafen | strafregister | führungszeugnis | casier judiciaire | antecedentes penales`,
    'conviction | convictions | offence | offense | felony | felonies | arrests | straftaten',
  ),
  category(
    'Credentials',
    `password | passwords | passwd | pwd | passwort | kennwort | passphrase | passcode | password hash | mot de passe | contraseña
     senha | wachtwoord | client secret | secret key | secret token | secret question | secret answer | api key | api secret
     api token | access key | access token | refresh token | auth token | authentication token | authorization token
     authorization header | bearer token | session token | session secret | session cookie | login token | reset token
     reset link | magic link | private key | signing key | encryption key | security answer | security question
     one time password | totp | mfa secret | 2fa secret | otp code | otp secret | recovery code | recovery codes | backup codes`,
    'secret | secrets | otp | pin | pin code | authorization | credentials | verification code',
  ),
  category(
    'Payment data (PCI DSS)',
    `credit card number | debit card number | payment card number | bank card number | card security code | card verification
     card cvv | card cvc | card pin | cvv | cvv2 | cvc | cvc2 | iban | bank account | bank account number | bank details
     bank account details | routing number | sort code | primary account number | card holder number
     bankverbindung | kontonummer | kreditkartennummer | kreditkartendaten | numéro de carte
     numero de tarjeta | coordonnées bancaires`,
    `credit card | creditcard | debit card | card number | cc number | cc num | pan | account number | card expiry | card expiration | kreditkarte
     carte bancaire | tarjeta de credito`,
  ),
  category(
    'Official numbers and papers',
    `ssn | social security | social security number | social insurance number | sozialversicherungsnummer
     rentenversicherungsnummer | national id | national id number | national identity number | national insurance number | nino
     nhs number | medicare number | health insurance number | krankenversichertennummer | passport number | passport no
     passport id | passnummer | reisepassnummer | personalausweis | personalausweisnummer | ausweisnummer | identity card
     identity card number | id card number | drivers license | driver license | driver license number | drivers license number
     driving licence | driving license | driving licence number | führerschein | führerscheinnummer | permis de conduire | tax id
     tax number | tax identification number | taxpayer id | itin | steuer id | steuernummer | steueridentifikationsnummer | aadhaar
     aadhaar number | pan card | pan card number | voter id | curp | codice fiscale | numéro secu | numéro de sécurité sociale
     personnummer | fødselsnummer | cpr number | henkilötunnus | pesel | bsn | burgerservicenummer | visa number
     residence permit | residence permit number | green card number | military id | immigration status | citizenship status`,
    'passport | nin | cpf | dni | nie | nif | nik | cpr | hkid | nric | rrn | ahv',
  ),
  category(
    'Where exactly somebody is',
    `precise location | exact location | live location | gps location | gps coordinates | gps position | gps track
     home coordinates | location history`,
    'latitude | longitude | lat | lng | lat lng | lat long | gps | geo coordinates | home location',
  ),
  category(
    'Children by name or birthday',
    `child birthday | child birth date | child birthdate | child date of birth | childs birthday | childs name | childs birth date
     children names | children birthdays | childrens names | childrens birthdays | kids names | kids birthdays`,
    'child name | kid name | name of child | names of children | child names',
  ),
]

/**
 * Whose an attribute is: said before a name it changes nothing (`userSsn`, `new_password`).
 */
export const owners: readonly string[] = listed(`
  user | users | customer | client | contact | person | personal | patient | member | subscriber | visitor | buyer | profile | employee
  applicant | candidate | guest | owner | my | his | her | their | own | is | has | old | new | current | confirm | custom | traits
  trait | attribute | attributes | property | properties | field | parent | mother | father | spouse | child
`)

/** Names that sound like the above and are not: what was done about a password, how a customer's account fares. */
export const harmless: readonly string[] = listed(`
  password reset | password resets | password changed | password change | password changes | password updated | password strength
  password length | password expired | password expires | password required | password attempts | password policy | password manager
  password protected | forgot password | forgotten password | reset password | allergy free | allergy friendly | customer health
  client health | disability access | fertility clinic | identity card accepted
`)
