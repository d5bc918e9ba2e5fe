//! Every word that a statement says of its own, in English and in French: labels, a sentence a rule, what the codes mean.

use crate::anomaly::Code;
use crate::facts::EventKind;
use crate::law::article::{self, Article};

/// The language of a statement.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Lang {
    /// English.
    #[default]
    En,
    /// French.
    Fr,
}

impl Lang {
    /// Their names, in the order of [`Lang`].
    pub const NAMES: [&'static str; 2] = ["en", "fr"];

    /// The language of that name.
    pub fn named(name: &str) -> Option<Self> {
        [Self::En, Self::Fr].into_iter().zip(Self::NAMES).find(|(_, own)| *own == name).map(|(lang, _)| lang)
    }

    fn of(self, words: [&'static str; 2]) -> &'static str {
        words[self as usize]
    }
}

macro_rules! words {
    ($($word:ident = $en:literal, $fr:literal;)*) => {
        /// A label.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        #[allow(missing_docs, reason = "each is the label of its name")]
        pub enum Word { $($word),* }

        impl Word {
            /// All labels.
            pub const ALL: &[Self] = &[$(Self::$word),*];

            /// The label in a language.
            pub const fn in_lang(self, lang: Lang) -> &'static str {
                match (self, lang) {
                    $((Self::$word, Lang::En) => $en, (Self::$word, Lang::Fr) => $fr,)*
                }
            }
        }
    };
}

words! {
    Statement = "Statement", "Décompte";
    Facts = "Facts used", "Données retenues";
    Procedure = "procedure engaged", "procédure engagée";
    Regime = "regime", "convention";
    Seniority = "seniority in months", "ancienneté en mois";
    Ordinary = "ordinary beneficiary (article 2)", "bénéficiaire de droit commun (article 2)";
    Article3 = "article 3", "article 3";
    ContractEnd = "end of the contract", "fin du contrat";
    Crp = "CRP", "CRP";
    Wage = "reference daily wage S", "salaire journalier de référence S";
    PayOverDays = "pay over days", "salaires sur jours";
    PartTime = "part-time ratio p", "coefficient de temps partiel p";
    WeeklyHours = "weekly hours", "heures par semaine";
    AreDays = "days of ARE", "jours d'ARE";
    Left = "left", "reste";
    LeftBefore = "left before the month", "restants avant le mois";
    Notice = "notice indemnity a day", "indemnité de préavis par jour";
    PensionMonthly = "invalidity pension a month", "pension d'invalidité par mois";
    Category = "category", "catégorie";
    IndemnifiedBefore = "days indemnified before", "jours indemnisés avant";
    Asr = "ASR: the days paid", "ASR : les jours payés";
    Days = "days", "jours";
    Ranks = "ranks", "rangs";
    Rate = "rate of S", "taux de S";
    Are = "ARE", "ARE";
    AtMost = "at most", "au plus";
    Aref = "minimum AREF", "AREF minimale";
    NoticeFloor = "notice indemnity", "indemnité de préavis";
    Retained = "retained: the largest", "retenu : le plus élevé";
    PensionOffset = "pension offset", "déduction de la pension";
    PensionDay = "a day of the pension", "pension par jour";
    Participation = "participation", "participation";
    LimitedTo = "limited to what exceeds the minimum ARE", "limitée à ce qui dépasse l'ARE minimale";
    DailyNet = "daily net", "net par jour";
    Total = "total", "total";
    Unpaid = "Days not paid", "Jours non payés";
    BeforeStart = "before the first day of the CRP", "avant le premier jour de la CRP";
    AfterTerm = "after the term of the CRP", "après le terme de la CRP";
    AreDaysUsed = "the days of ARE are used up", "les jours d'ARE sont épuisés";
    JobWith = "job with", "emploi chez";
    ForGood = "for good", "définitivement";
    Since = "since", "depuis le";
    Until = "until", "jusqu'au";
    To = "to", "au";
    Idr = "IDR", "IDR";
    NotWithin = "hired outside the CRP", "embauche hors de la CRP";
    EndedOn = "the CRP ended before the hire, on", "CRP terminée avant l'embauche, le";
    NoIdrArticle3 = "no IDR for article 3", "pas d'IDR pour l'article 3";
    Test = "base pay at hire", "salaire de base à l'embauche";
    Qualifies = "it qualifies", "condition remplie";
    TooHigh = "the fall is too small", "baisse insuffisante";
    Former = "former pay", "ancien salaire";
    BaseOfMonth = "base pay of the month", "salaire de base du mois";
    Monthly = "amount of a whole month", "montant d'un mois entier";
    PartOfMonth = "part of the month", "part du mois";
    Residual = "residual rights on", "reliquat de droits au";
    Cap = "cap", "plafond";
    UsedBefore = "used before", "déjà consommé";
    Clock = "clock", "durée";
    Proof = "proof received", "justificatif reçu";
    NoProof = "no proof yet: not paid", "pas encore de justificatif : non payé";
    NoRow = "no row of the month: not paid", "pas de ligne pour le mois : non payé";
    TwoJobs = "two jobs on", "deux emplois le";
    IdrPaid = "IDR paid", "IDR payée";
    Findings = "Findings", "Constats";
    Found = "found", "trouvé";
    ToDo = "to do", "à faire";
    Result = "Result", "Résultat";
    AsrGross = "ASR gross", "ASR brute";
    AsrNet = "ASR net", "ASR nette";
    Net = "net to pay", "net à payer";
    Outcome = "outcome", "décision";
    Worth = "the month is worth", "valeur du mois";
    Payment = "Payment of the run", "Versement";
    Run = "run", "traitement";
    OfTheMonth = "of the month, no.", "du mois, n°";
    ForMonth = "paid for the month", "payé pour le mois";
    PaidBefore = "paid by earlier runs", "payé auparavant";
    Arrears = "arrears", "rappel";
    Recovered = "kept back, claim", "retenu, trop-perçu";
    Claims = "Claims", "Trop-perçus";
    Claim = "claim", "trop-perçu";
    Balance = "left to recover", "reste à recouvrer";
    RaisedBy = "raised by run", "constaté par le traitement";
    Rules = "Rules applied and values in force", "Règles appliquées et valeurs en vigueur";
    Always = "choice", "choix";
    Law = "law", "droit";
    VerifiedUntil = "verified until", "vérifié jusqu'au";
    Calendar = "Calendar of the case", "Calendrier du cas";
    Month = "month", "mois";
    CapLeft = "cap left", "plafond restant";
    Codes = "notes", "remarques";
    UnknownBehind = "the law is not verified after", "le droit n'est pas vérifié après le";
}

/// One plain sentence for each rule, in English and in French.
const SENTENCES: &[(Article, [&str; 2])] = &[
    (
        article::REGIME,
        [
            "The day on which the dismissal procedure was engaged decides the convention, for good.",
            "Le jour d'engagement de la procédure de licenciement fixe la convention applicable, une fois pour toutes.",
        ],
    ),
    (
        article::POPULATION,
        [
            "Seniority with the employer decides between ordinary beneficiaries and article 3.",
            "L'ancienneté chez l'employeur distingue les bénéficiaires de droit commun de ceux de l'article 3.",
        ],
    ),
    (
        article::NO_REGIME,
        [
            "No convention applies to a procedure engaged on that day.",
            "Aucune convention ne s'applique à une procédure engagée ce jour-là.",
        ],
    ),
    (
        article::START,
        [
            "The CRP begins the day after the contract ends, without a waiting day.",
            "La CRP commence le lendemain de la fin du contrat, sans délai d'attente.",
        ],
    ),
    (
        article::TERM,
        [
            "The CRP lasts the months of its convention, date to date; interruptions don't move its term.",
            "La CRP dure le nombre de mois de sa convention, de date à date ; les interruptions n'en repoussent pas le terme.",
        ],
    ),
    (
        article::ARE_DAYS,
        [
            "For article 3, the ASR stops once as many days were indemnified as there are days of ARE.",
            "Pour l'article 3, l'ASR cesse dès que le nombre de jours indemnisés atteint la durée de l'ARE.",
        ],
    ),
    (
        article::EVERY_DAY,
        [
            "Every calendar day counts, working or not; the month is the sum of its days.",
            "Chaque jour du calendrier compte, ouvré ou non ; le mois est la somme de ses jours.",
        ],
    ),
    (
        article::INTERRUPTIONS,
        [
            "The ASR stops on the first day of the event; after its end it is paid again, unless the event is final.",
            "L'ASR cesse le premier jour de l'événement ; elle reprend après sa fin, sauf événement définitif.",
        ],
    ),
    (
        article::ORDINARY_GROSS,
        [
            "The daily ASR is a rate of the reference wage, and never less than the ARE or the floors that apply.",
            "L'ASR par jour est un taux du salaire de référence, jamais inférieur à l'ARE ni aux planchers applicables.",
        ],
    ),
    (
        article::ARTICLE_3_GROSS,
        ["For article 3, the daily ASR is the ARE.", "Pour l'article 3, l'ASR par jour est égale à l'ARE."],
    ),
    (
        article::ARE,
        [
            "The ARE is the largest of a rate of S, a lower rate with a fixed part, and the minimum; within a rate of S.",
            "L'ARE est le plus élevé d'un taux de S, d'un taux moindre avec partie fixe, et du minimum ; dans la limite d'un taux de S.",
        ],
    ),
    (
        article::REFERENCE_WAGE,
        [
            "S is the wage of a day before the dismissal; above its ceiling a case is looked at by hand.",
            "S est le salaire d'un jour avant le licenciement ; au-delà de son plafond, le dossier est revu à la main.",
        ],
    ),
    (
        article::PENSION,
        [
            "A pension of category 2 or 3, or from abroad, is deducted from the ASR of the days that it covers.",
            "Une pension de catégorie 2 ou 3, ou étrangère, est déduite de l'ASR des jours qu'elle couvre.",
        ],
    ),
    (
        article::PARTICIPATION,
        [
            "3 % of S are withheld for the complementary pensions, never so that less than the minimum ARE is left.",
            "3 % de S sont retenus pour les retraites complémentaires, sans laisser moins que l'ARE minimale.",
        ],
    ),
    (
        article::DIFFERENTIAL_WHO,
        [
            "The IDR is for a paid job taken between the start and the term of the CRP.",
            "L'IDR est ouverte par un emploi salarié repris entre le début et le terme de la CRP.",
        ],
    ),
    (
        article::DIFFERENTIAL_FALL,
        [
            "At hire, the base pay must be lower than the former pay, at the same hours, by at least 15 %.",
            "À l'embauche, le salaire de base doit être inférieur d'au moins 15 % à l'ancien, à horaire égal.",
        ],
    ),
    (
        article::DIFFERENTIAL_AMOUNT,
        [
            "The IDR of a month is the former pay less the base pay of that month.",
            "L'IDR d'un mois est l'ancien salaire moins le salaire de base de ce mois.",
        ],
    ),
    (
        article::DIFFERENTIAL_PART,
        [
            "A part of a month is paid by its days under contract.",
            "Une partie de mois est payée selon les jours sous contrat.",
        ],
    ),
    (
        article::DIFFERENTIAL_CAP,
        [
            "All IDR together may not exceed half of the ASR left on the day of the first qualifying hire.",
            "Le total de l'IDR ne peut dépasser la moitié de l'ASR restante au jour de la première embauche qui l'ouvre.",
        ],
    ),
    (
        article::DIFFERENTIAL_CLOCK,
        [
            "From that hire on the IDR may be paid for the months of the convention, even past the term of the CRP.",
            "À partir de cette embauche, l'IDR peut être payée le nombre de mois de la convention, même après le terme de la CRP.",
        ],
    ),
    (
        article::DIFFERENTIAL_PROOF,
        ["A month of IDR is paid once its work is proved.", "Un mois d'IDR est payé dès que le travail est justifié."],
    ),
    (
        article::DIFFERENTIAL_TWO_JOBS,
        [
            "With two jobs at the same time, the IDR of the month waits for a review.",
            "Avec deux emplois en même temps, l'IDR du mois attend un examen.",
        ],
    ),
    (
        article::DIFFERENTIAL_ARTICLE_3,
        ["Article 3 beneficiaries have no IDR.", "Les bénéficiaires de l'article 3 n'ont pas d'IDR."],
    ),
    (
        article::DEADLINE_ANSWER,
        [
            "The CRP is accepted within the reflexion delay; silence or a later answer is a refusal.",
            "La CRP s'accepte dans le délai de réflexion ; l'absence de réponse ou une réponse tardive vaut refus.",
        ],
    ),
    (
        article::DEADLINE_INTERVIEW,
        [
            "The pre-assessment interview is held within 8 days of the first day of the CRP.",
            "L'entretien de pré-bilan a lieu dans les 8 jours suivant la date d'effet de la CRP.",
        ],
    ),
    (
        article::DEADLINE_SERVICES,
        [
            "Services are offered within a month of the interview.",
            "Les prestations sont proposées au plus tard dans le mois suivant l'entretien.",
        ],
    ),
    (
        article::DEADLINE_FOLLOW_UP,
        [
            "The follow-up goes on for 6 months after the reclassification.",
            "Le suivi se poursuit pendant les 6 mois suivant le reclassement.",
        ],
    ),
];

/// What a rule says, in one sentence; `None` for what is no rule of law.
pub fn sentence(article: Article, lang: Lang) -> Option<&'static str> {
    SENTENCES.iter().find(|(own, _)| *own == article).map(|(_, words)| lang.of(*words))
}

/// What an event is called.
pub fn event(kind: EventKind, lang: Lang) -> &'static str {
    lang.of(match kind {
        EventKind::Work => ["job", "emploi"],
        EventKind::Sickness => ["sickness", "maladie"],
        EventKind::Maternity => ["maternity", "maternité"],
        EventKind::Accident => ["accident", "accident"],
        EventKind::Parental => ["parental leave", "congé parental"],
        EventKind::Presence => ["parental presence", "présence parentale"],
        EventKind::Abroad => ["abroad", "à l'étranger"],
        EventKind::CivicService => ["civic service", "service civique"],
        EventKind::BusinessCreation => ["business creation", "création d'entreprise"],
        EventKind::Retirement => ["retirement", "retraite"],
        EventKind::Exclusion => ["exclusion", "exclusion"],
        EventKind::Training => ["training", "formation"],
        EventKind::Ctp => ["contrat de transition professionnelle", "contrat de transition professionnelle"],
    })
}

/// What became of a payment.
pub fn outcome(name: &str, lang: Lang) -> &str {
    match (lang, name) {
        (Lang::En, _) => name,
        (_, "paid") => "payé",
        (_, "nil") => "rien n'est dû",
        (_, "held") => "en attente",
        (_, "refused") => "ligne rejetée",
        (_, "absent") => "absent des exports",
        (_, "not-started") => "la CRP n'a pas commencé",
        (_, "term-passed") => "terme passé",
        (_, "interrupted") => "interrompue",
        (_, "are-days-used") => "jours d'ARE épuisés",
        (_, "pension-covers") => "la pension couvre l'ASR",
        (_, "paid-before") => "déjà payé",
        (..) => name,
    }
}

/// Why arrears were paid or a claim was raised; the words of `arrears.csv` and `claims.csv`.
pub fn reason(name: &str, lang: Lang) -> &str {
    match (lang, name) {
        (Lang::En, "new-case") => "the case was not known",
        (Lang::En, "left-open") => "the month was left open",
        (Lang::En, "late-proof") => "late proof",
        (Lang::En, "changed-facts") => "facts changed",
        (Lang::En, "law") => "the law data or the program changed",
        (Lang::Fr, "new-case") => "dossier nouveau",
        (Lang::Fr, "left-open") => "mois resté en suspens",
        (Lang::Fr, "late-proof") => "justificatif tardif",
        (Lang::Fr, "changed-facts") => "données modifiées",
        (Lang::Fr, "law") => "données de droit ou programme modifiés",
        (..) => name,
    }
}

/// What changed, as `arrears.csv` and `claims.csv` write it: an export with a column, an event, a month. Columns and days stay as
/// they are.
pub fn changed(text: &str, lang: Lang) -> String {
    if lang == Lang::En {
        return text.to_owned();
    }
    let in_french = |change: &str| {
        let mut words: Vec<&str> = change.split(' ').collect();
        if let [_, kind, _, _] = &mut words[..] {
            let known = EventKind::ALL.into_iter().find(|known| known.to_string() == *kind);
            *kind = known.map_or(*kind, |known| event(known, lang));
        }
        if let [_, .., _, what] = &mut words[..] {
            *what = match *what {
                "new" => "ajouté",
                "end" => "fin modifiée",
                "withdrawn" => "retiré",
                column => column,
            };
        }
        words.join(" ")
    };
    text.split("; ").map(in_french).collect::<Vec<_>>().join(" ; ")
}

/// What a code means and what to do.
pub fn told(code: Code, lang: Lang) -> (&'static str, &'static str) {
    let entry = code.entry();
    match lang {
        Lang::En => (entry.meaning, entry.remedy),
        Lang::Fr => in_french(code),
    }
}

fn in_french(code: Code) -> (&'static str, &'static str) {
    match code {
        Code::MissingValue => ("valeur absente", "remplir le champ"),
        Code::Date => ("ni date ni mois", "écrire les dates 31/05/2009 ou 2009-05-31, les mois 05/2009 ou 2009-05"),
        Code::Amount => ("pas un montant", "écrire les euros et centimes comme 1234.56"),
        Code::Number => ("pas un nombre de cette sorte", "n'écrire que des chiffres"),
        Code::FieldCount => ("nombre de champs inexact", "donner à la ligne autant de champs qu'à l'en-tête"),
        Code::NotText => ("pas du texte dans ce codage", "exporter en UTF-8, ou dire --encoding windows-1252"),
        Code::OutOfRange => ("hors limites", "corriger la valeur"),
        Code::UnknownKind => ("nature ou catégorie inconnue", "écrire un des mots connus"),
        Code::UnknownColumn => ("colonne inconnue", "rien : la colonne est ignorée"),
        Code::LaterMonth => ("lignes de mois ultérieurs", "rien : elles attendent leur mois"),
        Code::NoLineEnd => ("dernière ligne sans fin de ligne", "vérifier que le fichier n'a pas été tronqué"),
        Code::NirKey => ("NIR erroné", "vérifier les 13 caractères et la clé avec le bénéficiaire"),
        Code::Iban => ("IBAN erroné", "demander au bénéficiaire un compte dans un pays SEPA"),
        Code::SiretKey => ("SIRET erroné", "vérifier les 14 chiffres avec l'employeur"),
        Code::TwoBeneficiaries => ("bénéficiaire en double, avec des différences", "ne garder qu'une des lignes"),
        Code::SameBeneficiary => ("bénéficiaire en double, à l'identique", "rien : la copie est écartée"),
        Code::TwoEarnings => ("deux lignes différentes pour un emploi et un mois", "ne garder qu'une des lignes"),
        Code::SameRow => ("ligne en double, à l'identique", "rien : la copie est écartée"),
        Code::UnknownBeneficiary => {
            ("ligne d'un bénéficiaire inconnu", "exporter aussi le bénéficiaire, ou corriger le numéro")
        }
        Code::DatesOutOfOrder => ("dates en désordre", "corriger les dates"),
        Code::JobBeforeStart => ("emploi commencé avant la CRP", "vérifier le premier jour de l'emploi"),
        Code::TwoJobs => {
            ("deux emplois le même jour", "examiner à la main ; corriger la fin du premier s'il est terminé")
        }
        Code::WageAboveCeiling => ("salaire de référence au-dessus du plafond", "vérifier le salaire"),
        Code::HoursAboveLimit => ("plus de 48 heures par semaine", "vérifier les heures"),
        Code::KindNotInForce => {
            ("événement d'une nature inconnue de la convention ou de ce jour", "vérifier la nature et les dates")
        }
        Code::NoticeImplausible => (
            "indemnité de préavis d'un montant invraisemblable",
            "vérifier le montant par jour : il dépasse 40 fois ce que donne le plafond de la sécurité sociale pour un jour",
        ),
        Code::NoRegime => ("aucune convention à la date de procédure", "vérifier le jour d'engagement de la procédure"),
        Code::UnknownLaw => ("droit non vérifié pour le mois", "vérifier le droit et compléter le fichier (--law)"),
        Code::AreDaysMissing => ("article 3 sans durée d'ARE", "remplir les jours d'ARE"),
        Code::ProofMissing => ("l'IDR attend son justificatif", "demander le justificatif, puis refaire le mois"),
        Code::FallTooSmall => ("baisse de moins de 15 %", "rien : l'emploi n'ouvre pas d'IDR"),
        Code::Article3Job => ("pas d'IDR pour l'article 3", "rien : l'emploi n'ouvre pas d'IDR"),
        Code::CapReached => ("plafond de l'IDR atteint", "rien : la moitié du reliquat est consommée"),
        Code::ClockEnded => ("durée de l'IDR terminée", "rien : les mois d'IDR sont passés"),
        Code::HiredOutside => ("embauche hors de la CRP", "rien : l'emploi n'ouvre pas d'IDR"),
        Code::RowMissing => {
            ("pas de ligne du mois pour un emploi en cours", "exporter la ligne du mois, ou la fin de l'emploi")
        }
        Code::IbanChanged => ("le compte a changé", "faire confirmer le nouveau compte par le bénéficiaire"),
        Code::NetJump => ("net à plus de 30 % du mois précédent", "comparer les décomptes des deux mois"),
        Code::CaseMissing => {
            ("dossier ouvert absent de l'export", "exporter le bénéficiaire : rien n'est payé jusque-là")
        }
        Code::RowNotSentAgain => (
            "une ligne illisible n'a pas été renvoyée",
            "exporter la ligne corrigée ; une fin la veille du début annule un événement ou un emploi",
        ),
        Code::TwoFollowups => ("deux lignes de suivi différentes pour un bénéficiaire", "ne garder qu'une ligne"),
        Code::TwoDismissals => ("deux lignes d'employeur différentes pour un bénéficiaire", "ne garder qu'une ligne"),
        Code::AcceptedLate => (
            "acceptation après le délai de réflexion",
            "vérifier les dates de la proposition et de l'acceptation : une acceptation tardive vaut refus",
        ),
        Code::NoAnswer | Code::NoAnswerHeld => (
            "pas d'acceptation dans le délai de réflexion",
            "saisir la date de l'acceptation : l'absence de réponse vaut refus",
        ),
        Code::InterviewLate => ("entretien de pré-bilan en retard", "tenir l'entretien, ou en saisir la date"),
        Code::ServicesLate => {
            ("prestations proposées en retard", "proposer les prestations, ou saisir la date du plan")
        }
        Code::FollowUpMissing => {
            ("pas de suivi après le reclassement", "s'entretenir avec le bénéficiaire, ou saisir le dernier contact")
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_rule_has_a_sentence_in_both_languages() {
        for &article in article::ALL.iter().filter(|article| article.rule.starts_with('R')) {
            let sentences = [Lang::En, Lang::Fr].map(|lang| sentence(article, lang).unwrap_or_default());
            assert!(sentences.iter().all(|sentence| sentence.ends_with('.')), "{article}: {sentences:?}");
            assert_ne!(sentences[0], sentences[1], "{article}");
        }
        assert_eq!(sentence(article::FORMATS, Lang::Fr), None);
    }

    #[test]
    fn every_label_event_outcome_and_code_is_said_in_both_languages() {
        for word in Word::ALL {
            assert!([Lang::En, Lang::Fr].iter().all(|&lang| !word.in_lang(lang).is_empty()), "{word:?}");
        }
        for kind in EventKind::ALL {
            assert!(!event(kind, Lang::Fr).contains('_'), "{kind}");
        }
        for name in ["new-case", "left-open", "late-proof", "changed-facts", "law"] {
            assert!([Lang::En, Lang::Fr].iter().all(|&lang| reason(name, lang) != name), "{name}");
        }
        let text = "beneficiaries.csv iban; events.csv parental 2009-04-10 end; earnings.csv 2009-04 new; earnings.csv 2009-04 gross";
        let french = "beneficiaries.csv iban ; events.csv congé parental 2009-04-10 fin modifiée ; earnings.csv 2009-04 ajouté ; \
                    earnings.csv 2009-04 gross";
        assert_eq!((changed(text, Lang::Fr).as_str(), changed(text, Lang::En).as_str()), (french, text));
        for name in
            ["paid", "nil", "held", "refused", "absent", "not-started", "term-passed", "interrupted", "are-days-used"]
        {
            assert_ne!(outcome(name, Lang::Fr), name);
        }
        for &code in Code::ALL {
            let (meaning, remedy) = told(code, Lang::Fr);
            assert!(!meaning.is_empty() && !remedy.is_empty() && meaning != code.entry().meaning, "{code}");
        }
    }
}
