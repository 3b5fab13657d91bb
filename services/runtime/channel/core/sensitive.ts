/** Says whether a field of this name may not go further, whatever it holds. */
export type SensitiveCheck = (field: string) => boolean

/**
 * Attributes that no profile may hold: special categories of personal data (GDPR art. 9), criminal convictions (art. 10),
 * credentials, payment data (PCI DSS) and official numbers. Compared without regard to case and separators.
 */
export const sensitiveFields: readonly string[] = `
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
  .split(/[|\n]/)
  .map((field) => field.trim())
  .filter((field) => field !== '')

const fold = (field: string): string => field.toLowerCase().replaceAll(/[^\p{L}\p{N}]/gu, '')

/** The built-in list and the user's own. Remembers the answer per name: names are few and come with each event. */
export function createSensitiveCheck(
  more: readonly string[] = [],
  entriesMax = 5000,
): SensitiveCheck {
  const folded = new Set([...sensitiveFields, ...more].map(fold))
  const known = new Map<string, boolean>()
  return (field) => {
    let answer = known.get(field)
    if (answer === undefined) {
      if (known.size >= entriesMax) known.clear()
      // `traits.health.status` is as sensitive as `health`: any part of a dotted name counts.
      answer = folded.has(fold(field)) || field.split('.').some((part) => folded.has(fold(part)))
      known.set(field, answer)
    }
    return answer
  }
}
