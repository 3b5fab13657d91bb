import { describe, expect, it } from 'vitest'
import { cpuMs } from '../../../../test/support/cpu.ts'
import { createSensitiveCheck } from './sensitive.ts'

const isSensitive = createSensitiveCheck()
const check = (names: string): readonly string[] =>
  names
    .split(/[|\n]/)
    .map((name) => name.trim())
    .filter((name) => name !== '' && isSensitive(name))
const all = (names: string): number =>
  names.split(/[|\n]/).filter((name) => name.trim() !== '').length

/** What the first release dropped. */
const first = `
  race | ethnicity | ethnic_origin | skin_color | skin_colour | nationality_origin
  religion | religious_belief | denomination | church_tax | philosophical_belief | caste
  political_opinion | political_party | political_affiliation | party_membership | trade_union | union_membership
  genetic_data | dna | biometric_data | fingerprint_template | face_template | retina_scan
  health | health_status | health_condition | medical_condition | medical_history | diagnosis | disability | illness
  disease | medication | prescription | pregnancy | pregnant | due_date_of_birth | blood_type | allergies | hiv_status
  sex_life | sexual_orientation | sexual_preference | gender_identity | transgender
  criminal_record | criminal_conviction | conviction | offence | arrest_record
  password | passwd | pwd | passphrase | password_hash | secret | client_secret | api_key | apikey | access_token
  refresh_token | auth_token | bearer_token | authorization | session_token | private_key | security_answer | otp | pin_code
  credit_card | credit_card_number | card_number | cardnumber | cc_number | ccnumber | pan | cvv | cvc | cvv2 | card_cvc
  card_expiry | iban | bank_account | bank_account_number | account_number | routing_number | sort_code
  ssn | social_security_number | social_insurance_number | national_id | national_id_number | national_insurance_number
  passport | passport_number | tax_id | tax_number | steuer_id | drivers_license | driver_license_number | identity_card
  identity_card_number | nin | aadhaar | aadhaar_number | cpf | curp | dni | nie
`

describe('a sensitive name', () => {
  it('is each that ever was on the list', () => {
    expect(check(first)).toHaveLength(all(first))
  })

  it.each([
    [
      'in any spelling',
      'Religion | RELIGION | health-status | Health Status | healthStatus | Credit Card Number | creditCardNumber | CreditcardNumber | IBAN | iBan | date.health',
    ],
    [
      'inside a longer name',
      'patientDiagnosis | patient_diagnosis_code | primary_diagnosis | father_religion_name | customerIban2 | has_disability | isPregnant | hivTestResult | guest_passport_number | UserPasswordHash | last_api_key_used | sexual_orientation_text | credit_card_cvv',
    ],
    [
      'with its owner before it',
      'user_ssn | userSSN | userssn | customer_race | contactRace | patient_health | new_password | confirmPassword | password2 | user_pin | traits.user.race | my_faith | user latitude',
    ],
    ['in a path', 'traits.health.status | properties.card.cvv | person.race | a.b.religion'],
    [
      'in German, French and Spanish',
      'Konfession | Behinderung | Führerscheinnummer | fuhrerscheinnummer | Kontonummer | Passwort | mot_de_passe | contraseña | contrasena | numéro_de_sécurité_sociale | orientacionSexual',
    ],
    ['about a child', 'child_birthday | childName | kids_names | children_names'],
    ['of a place', 'latitude | lng | gps_coordinates | userLatitude | precise_location'],
    ['of a link that lets anybody in', 'password_reset_token | password_reset_link | magicLink'],
  ])('%s', (_, names) => {
    expect(check(names)).toHaveLength(all(names))
  })

  it.each([
    [
      'sport and shops',
      'race_result | race_date | race_distance | raceNumber | trace | embrace | horse_race_id | health_score | account_health | customer_health_score | healthy_recipe | health_check_at | prescription_glasses | passport_cover | racecar',
    ],
    [
      'insurance and finance',
      'insurance_type | insurance_number | credit_union_member | credit_score | card_type | credit_card_type | last4 | card_brand | loyalty_card | loyalty_card_number | gift_card_number | bank_holiday | payment_method | currency',
    ],
    [
      'what was done about a password',
      'password_reset | password_reset_at | passwordChanged | last_password_change | forgot_password_clicked',
    ],
    [
      'words that only contain one',
      'company | japan | span | panel | expansion | secretary | secret_santa | pinterest | spinner | opinion | honey | genie | dnipro | denominator | factory | satin | latest | platinum | shipping | cocoa | access',
    ],
    [
      'who and where',
      'name | first_name | email | gender | birthday | date_of_birth | age | nationality | language | country | city | postal_code | store_latitude | geo_latitude | children_count | has_children | marital_status | income',
    ],
    [
      'parties and unions',
      'party_size | third_party | european_union | political_region | reunion | party',
    ],
    [
      'work',
      'position | job_title | license_number | license_key | tax_rate | tax_amount | tax_class | vat_id | order_number | phone_number | account_id | session_id | user_id | device_fingerprint | cookie_consent',
    ],
    [
      'ids and times',
      'cc | bcc | tags | pinned | handicap | golf_handicap | coordinates | last_period_revenue | gift_card_expiration | track_data | sg_event_id | message_id | utm_source | timestamp | total | quantity | product_id | url | path',
    ],
  ])('is none of %s', (_, names) => {
    expect(check(names)).toEqual([])
  })

  it('may be the pipeline file’s own, by name or by pattern', () => {
    const own = createSensitiveCheck(['shoe size', '/^internal_/'])
    expect(
      ['shoe_size', 'ShoeSize', 'traits.shoeSize', 'internal_note', 'x.internal_note'].filter(own),
    ).toHaveLength(5)
    expect(['shoe', 'shoe_size_eu', 'my_internal_note', 'Internal_note'].filter(own)).toEqual([])
    expect(own('religion')).toBe(true)
    expect(isSensitive('shoe_size')).toBe(false)
  })

  it('is found at once in names of any length', async () => {
    const took = await cpuMs(() => {
      for (const name of [
        'aB'.repeat(50_000),
        'a_'.repeat(50_000),
        '.'.repeat(1000),
        'user'.repeat(20_000),
      ])
        createSensitiveCheck()(name)
    })
    expect(took).toBeLessThan(1000)
  })

  it('is not looked for in each of half a million parts, but in as many as a name can have', async () => {
    const took = await cpuMs(() => {
      for (let time = 0; time < 20; time += 1) isSensitive('a.'.repeat(500_000))
    })
    expect(took).toBeLessThan(1000)
    expect(isSensitive(`${'.'.repeat(255)}a`)).toBe(false)
    expect(isSensitive(`${'.'.repeat(128)}health`)).toBe(true)
    expect(isSensitive(`${'x'.repeat(10_000)}.health`)).toBe(true)
  })
})
