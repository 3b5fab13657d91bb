import { listed } from '../listed.ts'

/**
 * Values that name nobody. Letter case, separators, accents and anything around them do not matter (`junk.ts` takes them away on
 * both sides). The first two lines are PostHog's list of illegal distinct ids, which every project that merges people ends up
 * writing; then what forms, tag managers and exports send for "nothing".
 */
const nothing: readonly string[] = listed(`
  anonymous | guest | distinct_id | id | not_authenticated | email | undefined | true | false
  [object object] | nan | none | null | 0
  nil | void | empty | blank | default | n/a | nn | unknown | unidentified | unassigned | not set | not available
  not applicable | not defined | not provided | not specified | not logged in | not signed in | logged out | signed out
  unauthenticated | unregistered | no user | no user id | no id | no value | no data | no name | missing | invalid | anon
  null null | undefined undefined | infinity | test | visitor
`)

/** Names of the field itself, which a template or a hand left in place of the value. */
const fieldNames: readonly string[] = listed(`
  user | user id | uid | uuid | guid | username | login | customer | customer id | client | client id | member | member id
  contact id | account id | profile id | visitor id | device id | session id | subscriber id | subscriber key | external id
  crm id | anonymous id | loyalty card | phone | phone number | mobile | e-mail address | name | first name | last name
  your user id | your id | your email | your name | insert user id | user id here | enter email
`)

/** "Unknown", "guest", "not logged in", "none" and "empty" as shops of other languages write them. */
const otherLanguages: readonly string[] = listed(`
  unbekannt | unbekannter benutzer | gast | anonym | nicht angemeldet | nicht eingeloggt | nicht registriert | nicht gesetzt
  nicht definiert | nicht vorhanden | nicht verfügbar | nicht bekannt | abgemeldet | keine | keine angabe | keine angaben
  kein name | leer | ohne angabe | ohne | besucher | benutzer | kunde | kundennummer | benutzername
  inconnu | inconnue | anonyme | invité | invitée | visiteur | aucun | aucune | vide | non connecté | non identifié
  non renseigné | non renseignée | non défini | non disponible | utilisateur | sans nom
  desconocido | desconocida | anónimo | anónima | invitado | invitada | visitante | ninguno | ninguna | vacío | no definido
  no identificado | no autenticado | no registrado | no disponible | sin datos | sin nombre | sin valor | nulo | usuario
  desconhecido | desconhecida | anônimo | anônima | convidado | nenhum | nenhuma | vazio | não autenticado | não definido
  não informado | não identificado | não logado | sem nome | usuário | utilizador
  sconosciuto | sconosciuta | ospite | nessuno | vuoto | non autenticato | non definito | non disponibile | non registrato
  visitatore | utente | nullo
  onbekend | anoniem | geen | leeg | niet ingelogd | niet aangemeld | bezoeker | gebruiker
  nieznany | nieznana | anonimowy | gość | brak | brak danych | niezalogowany | użytkownik
  okänd | gäst | ingen | inte inloggad | ukendt | ukjent | gæst | gjest | ikke logget ind | ikke logget inn | tuntematon | vieras
  neznámý | nepřihlášený | ismeretlen | vendég | necunoscut | vizitator | bilinmiyor | misafir
  неизвестно | неизвестный | неизвестен | аноним | анонимный | гость | не авторизован | не указано | невідомо | гість
  不明 | 未設定 | 未登録 | 匿名 | ゲスト | なし | 未知 | 游客 | 訪客 | 未登录 | 알 수 없음 | 손님 | 익명
`)

/** As in `listed` → what `builtin:` says of it. */
export const junkWords: readonly (readonly [word: string, rule: string])[] = [
  ...nothing,
  ...fieldNames,
  ...otherLanguages,
].map((word) => [word, word.replaceAll(' ', '_')] as const)
