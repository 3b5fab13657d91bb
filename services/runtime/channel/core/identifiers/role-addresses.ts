import { bareName } from './bare-name.ts'
import { listed } from '../listed.ts'

/**
 * Local parts that stand for a function and not for somebody: RFC 2142's names, and what companies call their shared mailboxes in
 * the languages of Europe. Dots, dashes and underscores do not matter. Left out on purpose: what is also a name or a place
 * (`alexa`, `paris`, `brand`), and what people choose for a mailbox of their own (`me`, `mail`, `post`, `hi`).
 */
const roleNames: readonly string[] = listed(`
  info | information | informacion | informazioni | informatie | infos | marketing | sales | support | abuse | noc | security
  postmaster | hostmaster | usenet | news | webmaster | www | uucp | ftp | dns | root | admin | administrator | administration
  admins | sysadmin | system | it | itsupport | helpdesk | help | service desk | servicedesk | service | services
  contact | contact us | contacts | contacto | contactos | contatti | contato | kontakt | hello | enquiry | enquiries | inquiry
  inquiries | question | questions | ask | feedback | complaints | complaint | suggestions | reception | frontdesk | front desk
  office | head office | secretary | secretariat | sekretariat | segreteria | secretaria | zentrale | buero | büro | biuro
  customer care | customer service | customer services | customer support | customer success | client services | care
  kundenservice | kundendienst | kundensupport | kundenbetreuung | service client | serviceclient | atencion al cliente
  atendimento | klantenservice | servizio clienti | assistenza | assistance | soporte | suporte | technik | technical
  tech support | techsupport | team | staff | everyone | all staff | crew | office manager
  billing | invoice | invoices | invoicing | accounts | accounting | accounts payable | accounts receivable | finance
  payments | payment | payroll | buchhaltung | rechnung | rechnungen | comptabilite | compta | facturation | facturacion
  contabilidad | contabilidade | contabilita | fattura | fatture | amministrazione | boekhouding | facturen | faktura
  order | orders | bestellung | bestellungen | commande | commandes | pedidos | ordini | shipping | delivery | returns | retouren
  versand | warehouse | logistics | logistik | purchasing | procurement | einkauf | compras | achats | acquisti | inkoop
  vertrieb | verkauf | ventas | vendas | vendite | commercial | commerciale | comercial | verkoop | salg | presales | wholesale
  hr | human resources | jobs | job | career | careers | karriere | bewerbung | bewerbungen | recruiting | recruitment | rrhh
  recrutement | personal abteilung | people ops | press | presse | prensa | media | pr | public relations | communications
  ads | advertising | partner | partners | partnerships | affiliates | investors | investor relations | ir | events | event
  booking | bookings | reservation | reservations | reservierung | reservas | prenotazioni | tickets | ticket
  newsletter | newsletters | subscribe | unsubscribe | list | list request | majordomo | mailing list | notifications
  notification | alerts | alert | updates | announcements | digest | noreply | no reply | do not reply | donotreply | reply
  legal | privacy | compliance | dpo | gdpr | data protection | datenschutz | datenschutzbeauftragter | impressum | rgpd
  management | direction | direccion | geschaeftsleitung | geschäftsleitung | verwaltung | vorstand | board | ceo | cfo | cto
  shop | store | webshop | onlineshop | online | ecommerce | web | website | dev | developers | engineering | devops | ops
  operations | monitoring | api | bot | mailer daemon | spam | phishing | fax | scanner | printer | archive | backup
`)

const roles: ReadonlySet<string> = new Set(roleNames.map(bareName))

/** Whether a normalised local part stands for a function: `info`, `customer.service`, `sales+spring`. */
export const isRole = (local: string): boolean => roles.has(bareName(local))
