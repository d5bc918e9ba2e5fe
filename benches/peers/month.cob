*> The month's ASR and IDR in GnuCOBOL, from records of fixed width in the order of the beneficiaries.
*> Arguments: MONTH (200905) IN OUT sorted|shuffled. Shuffled records are sorted first.
*> Days are numbers, a span includes both ends, an absent end is open-day; amounts are whole cents.
IDENTIFICATION DIVISION.
PROGRAM-ID. month.
ENVIRONMENT DIVISION.
INPUT-OUTPUT SECTION.
FILE-CONTROL.
    SELECT beneficiaries ASSIGN TO beneficiaries-path ORGANIZATION SEQUENTIAL.
    SELECT events ASSIGN TO events-path ORGANIZATION SEQUENTIAL.
    SELECT earnings ASSIGN TO earnings-path ORGANIZATION SEQUENTIAL.
    SELECT payments ASSIGN TO payments-path ORGANIZATION LINE SEQUENTIAL.
    SELECT any-beneficiaries ASSIGN TO any-beneficiaries-path ORGANIZATION SEQUENTIAL.
    SELECT any-events ASSIGN TO any-events-path ORGANIZATION SEQUENTIAL.
    SELECT any-earnings ASSIGN TO any-earnings-path ORGANIZATION SEQUENTIAL.
    SELECT sort-beneficiaries ASSIGN TO "sort-beneficiaries".
    SELECT sort-events ASSIGN TO "sort-events".
    SELECT sort-earnings ASSIGN TO "sort-earnings".
DATA DIVISION.
FILE SECTION.
FD beneficiaries.
01 b.
    05 b-id PIC X(11).
    05 b-nir PIC X(15).
    05 b-name PIC X(80).
    05 b-iban PIC X(34).
    05 b-procedure PIC 9(8).
    05 b-contract-end.
        10 b-contract-year PIC 9(4).
        10 b-contract-month PIC 9(2).
        10 b-contract-day PIC 9(2).
    05 b-seniority PIC 9(4).
    05 b-sjr PIC 9(9).
    05 b-reference-pay PIC 9(9).
    05 b-reference-days PIC 9(4).
    05 b-hours PIC 9(4).
    05 b-ratio PIC 9(10).
    05 b-are-days PIC 9(5).
    05 b-notice PIC 9(9).
    05 b-category PIC X.
    05 b-pension PIC 9(9).
    05 b-pension-start PIC 9(8).
    05 b-pension-end PIC 9(8).
FD events.
01 v.
    05 v-id PIC X(11).
    05 v-kind PIC X(20).
    05 v-start PIC 9(8).
    05 v-end PIC 9(8).
FD earnings.
01 e.
    05 e-id PIC X(11).
    05 e-employer PIC X(14).
    05 e-month PIC 9(6).
    05 e-job-start PIC 9(8).
    05 e-job-end PIC 9(8).
    05 e-hours PIC 9(4).
    05 e-base PIC 9(9).
    05 e-proof PIC 9(8).
FD payments.
01 payment PIC X(400).
FD any-beneficiaries.
01 ab PIC X(236).
FD any-events.
01 av PIC X(47).
FD any-earnings.
01 ae PIC X(68).
SD sort-beneficiaries.
01 sb.
    05 sb-id PIC X(11).
    05 FILLER PIC X(225).
SD sort-events.
01 sv.
    05 sv-id PIC X(11).
    05 FILLER PIC X(36).
SD sort-earnings.
01 se.
    05 se-id PIC X(11).
    05 FILLER PIC X(57).
WORKING-STORAGE SECTION.
01 arguments.
    05 a-month PIC X(6).
    05 a-in PIC X(200).
    05 a-out PIC X(200).
    05 a-order PIC X(10).
01 paths.
    05 beneficiaries-path PIC X(230).
    05 events-path PIC X(230).
    05 earnings-path PIC X(230).
    05 payments-path PIC X(230).
    05 any-beneficiaries-path PIC X(230).
    05 any-events-path PIC X(230).
    05 any-earnings-path PIC X(230).
01 beneficiary-left PIC 9 VALUE 1.
01 month-number PIC 9(6).
01 month-text PIC X(7).
*> The eve of each month's first day, from January 1900 on.
01 calendar.
    05 eve-of-month PIC S9(9) COMP-5 OCCURS 3700.
01 n PIC S9(9) COMP-5.
01 ymd PIC 9(8).
01 ymd-parts REDEFINES ymd.
    05 ymd-year PIC 9(4).
    05 ymd-month PIC 9(2).
    05 ymd-day PIC 9(2).
01 at-month PIC S9(9) COMP-5.
01 day-of-month PIC S9(9) COMP-5.
01 a-day PIC S9(9) COMP-5.
01 open-day PIC S9(9) COMP-5 VALUE 9999999.
01 av1 PIC S9(9) COMP-5.
01 first-day PIC S9(9) COMP-5.
01 last-day PIC S9(9) COMP-5.
*> R3.3: from July of the year; cents.
01 law-text.
    05 FILLER PIC X(16) VALUE "2003101524761774".
    05 FILLER PIC X(16) VALUE "2004102525011792".
    05 FILLER PIC X(16) VALUE "2006104625511828".
    05 FILLER PIC X(16) VALUE "2007106626011864".
    05 FILLER PIC X(16) VALUE "2008109326661911".
    05 FILLER PIC X(16) VALUE "2009110426931930".
    05 FILLER PIC X(16) VALUE "2010111727251953".
    05 FILLER PIC X(16) VALUE "2011113427661982".
01 law-table REDEFINES law-text.
    05 law-entry OCCURS 8.
        10 l-year PIC 9(4).
        10 l-fixed PIC 9(4).
        10 l-minimum PIC 9(4).
        10 l-aref PIC 9(4).
01 law-from PIC S9(9) COMP-5 OCCURS 8.
01 in-force PIC S9(9) COMP-5.
01 month-law PIC S9(9) COMP-5.
01 the-case.
    05 regime PIC 9(4) COMP-5.
    05 ordinary PIC 9 COMP-5.
    05 crp-months PIC S9(4) COMP-5.
    05 crp-start PIC S9(9) COMP-5.
    05 crp-start-month PIC S9(9) COMP-5.
    05 crp-start-day PIC S9(9) COMP-5.
    05 crp-term PIC S9(9) COMP-5.
    05 eighth-month PIC S9(9) COMP-5.
    05 s PIC S9(18) COMP-5.
    05 p PIC S9(18) COMP-5.
    05 old-hours PIC S9(18) COMP-5.
    05 notice PIC S9(18) COMP-5.
    05 pension PIC S9(18) COMP-5.
    05 pension-start PIC S9(9) COMP-5.
    05 pension-end PIC S9(9) COMP-5.
01 rates.
    05 the-are PIC S9(18) COMP-5.
    05 wanted PIC S9(18) COMP-5.
    05 candidate PIC S9(18) COMP-5.
    05 gross-1 PIC S9(18) COMP-5.
    05 gross-2 PIC S9(18) COMP-5.
    05 of-wage PIC S9(18) COMP-5.
    05 minimum PIC S9(18) COMP-5.
01 piece.
    05 by-day PIC S9(9) COMP-5.
    05 from-day PIC S9(9) COMP-5.
    05 to-day PIC S9(9) COMP-5.
    05 same-day PIC S9(9) COMP-5.
    05 rank PIC S9(9) COMP-5.
    05 left-days PIC S9(9) COMP-5.
    05 piece-days PIC S9(18) COMP-5.
    05 gross PIC S9(18) COMP-5.
    05 offset PIC S9(18) COMP-5.
    05 participation PIC S9(18) COMP-5.
01 sums.
    05 sum-days PIC S9(9) COMP-5.
    05 sum-gross PIC S9(18) COMP-5.
    05 sum-offset PIC S9(18) COMP-5.
    05 sum-participation PIC S9(18) COMP-5.
    05 sum-idr PIC S9(18) COMP-5.
    05 asr-net PIC S9(18) COMP-5.
    05 net PIC S9(18) COMP-5.
01 spans.
    05 span-count PIC S9(9) COMP-5.
    05 ended PIC S9(9) COMP-5.
    05 span OCCURS 60.
        10 span-first PIC S9(9) COMP-5.
        10 span-last PIC S9(9) COMP-5.
01 new-first PIC S9(9) COMP-5.
01 new-last PIC S9(9) COMP-5.
01 row-count PIC S9(9) COMP-5.
01 the-rows.
    05 a-row OCCURS 60.
        10 r-job PIC S9(9) COMP-5.
        10 r-month PIC S9(9) COMP-5.
        10 r-hours PIC S9(18) COMP-5.
        10 r-base PIC S9(18) COMP-5.
        10 r-proved PIC S9(9) COMP-5.
01 job-count PIC S9(9) COMP-5.
01 the-jobs.
    05 a-job OCCURS 60.
        10 j-employer PIC X(14).
        10 j-start PIC S9(9) COMP-5.
        10 j-end PIC S9(9) COMP-5.
        10 j-earliest PIC S9(9) COMP-5.
        10 j-latest PIC S9(9) COMP-5.
        10 j-hours PIC S9(18) COMP-5.
        10 j-base PIC S9(18) COMP-5.
        10 j-qualifies PIC S9(9) COMP-5.
01 i PIC S9(9) COMP-5.
01 j PIC S9(9) COMP-5.
01 k PIC S9(9) COMP-5.
01 m PIC S9(9) COMP-5.
01 next-day PIC S9(9) COMP-5.
01 months-first PIC S9(9) COMP-5.
01 months-last PIC S9(9) COMP-5.
01 shared-first PIC S9(9) COMP-5.
01 shared-last PIC S9(9) COMP-5.
01 two-jobs PIC S9(9) COMP-5.
01 hire PIC S9(9) COMP-5.
01 hire-job PIC S9(9) COMP-5.
01 hire-month PIC S9(9) COMP-5.
01 clock-last PIC S9(9) COMP-5.
01 run-month PIC S9(9) COMP-5.
01 days-before PIC S9(9) COMP-5.
01 residual PIC S9(18) COMP-5.
01 cap PIC S9(18) COMP-5.
01 used PIC S9(18) COMP-5.
01 monthly PIC S9(18) COMP-5.
01 due PIC S9(18) COMP-5.
01 lhs PIC S9(18) COMP-5.
01 rhs PIC S9(18) COMP-5.
01 euros-in PIC S9(18) COMP-5.
01 euros-edited PIC Z(8)9.99.
01 euros-value REDEFINES euros-edited PIC X(12).
01 days-edited PIC Z9.
01 skip PIC S9(9) COMP-5.
01 place PIC S9(9) COMP-5.
01 regime-text PIC X(8).

PROCEDURE DIVISION.
main-line.
    PERFORM start-up
    PERFORM UNTIL beneficiary-left = 0
        PERFORM settle
        READ beneficiaries AT END MOVE 0 TO beneficiary-left END-READ
    END-PERFORM
    CLOSE beneficiaries events earnings payments
    STOP RUN.

start-up.
    ACCEPT a-month FROM ARGUMENT-VALUE
    ACCEPT a-in FROM ARGUMENT-VALUE
    ACCEPT a-out FROM ARGUMENT-VALUE
    ACCEPT a-order FROM ARGUMENT-VALUE
    STRING FUNCTION TRIM(a-in) "/beneficiaries.dat" DELIMITED BY SIZE INTO any-beneficiaries-path
    STRING FUNCTION TRIM(a-in) "/events.dat" DELIMITED BY SIZE INTO any-events-path
    STRING FUNCTION TRIM(a-in) "/earnings.dat" DELIMITED BY SIZE INTO any-earnings-path
    STRING FUNCTION TRIM(a-out) "/payments.csv" DELIMITED BY SIZE INTO payments-path
    IF a-order = "shuffled"
        STRING FUNCTION TRIM(a-out) "/beneficiaries.sorted" DELIMITED BY SIZE INTO beneficiaries-path
        STRING FUNCTION TRIM(a-out) "/events.sorted" DELIMITED BY SIZE INTO events-path
        STRING FUNCTION TRIM(a-out) "/earnings.sorted" DELIMITED BY SIZE INTO earnings-path
        SORT sort-beneficiaries ON ASCENDING KEY sb-id USING any-beneficiaries GIVING beneficiaries
        SORT sort-events ON ASCENDING KEY sv-id USING any-events GIVING events
        SORT sort-earnings ON ASCENDING KEY se-id USING any-earnings GIVING earnings
    ELSE
        MOVE any-beneficiaries-path TO beneficiaries-path
        MOVE any-events-path TO events-path
        MOVE any-earnings-path TO earnings-path
    END-IF
    MOVE a-month TO month-number
    STRING a-month(1:4) "-" a-month(5:2) DELIMITED BY SIZE INTO month-text
    PERFORM VARYING n FROM 0 BY 1 UNTIL n > 3611
        COMPUTE ymd = (1900 + n / 12) * 10000
        COMPUTE ymd = FUNCTION INTEGER-PART(1900 + n / 12) * 10000 + (FUNCTION MOD(n, 12) + 1) * 100 + 1
        COMPUTE eve-of-month(n + 1) = FUNCTION INTEGER-OF-DATE(ymd) - 1
    END-PERFORM
    PERFORM VARYING n FROM 1 BY 1 UNTIL n > 8
        COMPUTE ymd = l-year(n) * 10000 + 701
        PERFORM day-of-ymd
        MOVE a-day TO law-from(n)
    END-PERFORM
    MOVE 20091107 TO ymd
    PERFORM day-of-ymd
    MOVE a-day TO av1
    COMPUTE ymd = month-number * 100 + 1
    PERFORM day-of-ymd
    MOVE a-day TO first-day by-day
    COMPUTE run-month = (ymd-year - 1900) * 12 + ymd-month
    MOVE eve-of-month(run-month + 1) TO last-day
    PERFORM find-law
    MOVE in-force TO month-law
    OPEN INPUT beneficiaries events earnings OUTPUT payments
    MOVE SPACES TO payment
    STRING "beneficiary_id,nir,name,iban,month,regime,asr_days,asr_gross,pension_offset,participation,asr_net,idr,"
        "arrears,recovered,net,end_to_end_id" DELIMITED BY SIZE INTO payment
    WRITE payment
    READ beneficiaries AT END MOVE 0 TO beneficiary-left END-READ
    READ events AT END MOVE HIGH-VALUES TO v-id END-READ
    READ earnings AT END MOVE HIGH-VALUES TO e-id END-READ.

*> ymd to a-day
day-of-ymd.
    COMPUTE at-month = (ymd-year - 1900) * 12 + ymd-month
    ADD eve-of-month(at-month) ymd-day GIVING a-day.

*> R1.2: the eve of the day that lies crp-months after day-of-month of at-month; a day that the month lacks is its last.
months-after.
    ADD crp-months TO at-month
    ADD eve-of-month(at-month) day-of-month GIVING a-day
    IF a-day > eve-of-month(at-month + 1)
        MOVE eve-of-month(at-month + 1) TO a-day
    END-IF
    SUBTRACT 1 FROM a-day.

find-law.
    MOVE 8 TO in-force
    PERFORM UNTIL law-from(in-force) <= by-day
        SUBTRACT 1 FROM in-force
    END-PERFORM.

settle.
    PERFORM read-case
    MOVE 0 TO span-count job-count row-count sum-days sum-gross sum-offset sum-participation sum-idr
    MOVE open-day TO ended
    PERFORM read-events UNTIL v-id > b-id
    PERFORM read-earnings UNTIL e-id > b-id
    PERFORM VARYING i FROM 1 BY 1 UNTIL i > job-count
        MOVE j-start(i) TO new-first
        MOVE j-end(i) TO new-last
        PERFORM add-span
    END-PERFORM
    MOVE month-law TO in-force
    MOVE first-day TO by-day
    PERFORM daily-rates
    PERFORM asr
    IF job-count > 0 AND ordinary = 1
        PERFORM idr
    END-IF
    COMPUTE asr-net = sum-gross - sum-offset - sum-participation
    ADD asr-net sum-idr GIVING net
    IF net > 0
        PERFORM write-payment
    END-IF.

read-case.
    EVALUATE TRUE
        WHEN b-procedure < 20060118 MOVE 2005 TO regime MOVE "crp-2005" TO regime-text
        WHEN b-procedure < 20090401 MOVE 2006 TO regime MOVE "crp-2006" TO regime-text
        WHEN OTHER MOVE 2009 TO regime MOVE "crp-2009" TO regime-text
    END-EVALUATE
    IF regime = 2009 MOVE 12 TO crp-months ELSE MOVE 8 TO crp-months END-IF
    MOVE b-contract-end TO ymd
    PERFORM day-of-ymd
    ADD 1 a-day GIVING crp-start
    MOVE b-contract-day TO crp-start-day
    ADD 1 TO crp-start-day
    MOVE at-month TO crp-start-month
    IF crp-start > eve-of-month(at-month + 1)
        MOVE 1 TO crp-start-day
        ADD 1 TO crp-start-month
    END-IF
    MOVE crp-start-month TO at-month
    MOVE crp-start-day TO day-of-month
    PERFORM months-after
    MOVE a-day TO crp-term
    MOVE 0 TO ordinary
    IF b-seniority >= 24 MOVE 1 TO ordinary END-IF
    MOVE b-sjr TO s
    IF s = 0
        COMPUTE s = (2 * b-reference-pay + b-reference-days) / (2 * b-reference-days)
    END-IF
    MOVE b-ratio TO p
    MOVE b-hours TO old-hours
    MOVE 0 TO notice pension
    IF b-notice > 0
        COMPUTE notice = (80 * b-notice + 50) / 100
    END-IF
    IF b-category = "2" OR "3" OR "F"
        COMPUTE pension = (24 * b-pension + 365) / 730
        MOVE b-pension-start TO ymd
        MOVE 0 TO pension-start
        IF ymd > 0 PERFORM day-of-ymd MOVE a-day TO pension-start END-IF
        MOVE b-pension-end TO ymd
        MOVE open-day TO pension-end
        IF ymd > 0 PERFORM day-of-ymd MOVE a-day TO pension-end END-IF
    END-IF.

read-events.
    IF v-id = b-id AND v-kind NOT = "training"
        MOVE v-start TO ymd
        PERFORM day-of-ymd
        MOVE a-day TO new-first
        MOVE open-day TO new-last
        IF v-kind = "business_creation" OR "retirement" OR "exclusion"
            IF new-first < ended MOVE new-first TO ended END-IF
        ELSE
            IF v-end > 0
                MOVE v-end TO ymd
                PERFORM day-of-ymd
                MOVE a-day TO new-last
            END-IF
        END-IF
        IF new-first <= last-day
            PERFORM add-span
        END-IF
    END-IF
    READ events AT END MOVE HIGH-VALUES TO v-id END-READ.

*> Keeps the spans in the order of their first days; spans may overlap.
add-span.
    ADD 1 TO span-count
    MOVE span-count TO place
    PERFORM UNTIL place = 1
        IF span-first(place - 1) <= new-first
            EXIT PERFORM
        END-IF
        MOVE span(place - 1) TO span(place)
        SUBTRACT 1 FROM place
    END-PERFORM
    MOVE new-first TO span-first(place)
    MOVE new-last TO span-last(place).

*> A job is (employer, first day): the end of its latest row holds, R6.2 is tested on its earliest row.
read-earnings.
    IF e-id = b-id AND e-month <= month-number
        MOVE e-job-start TO ymd
        PERFORM day-of-ymd
        MOVE a-day TO new-first
        MOVE open-day TO new-last
        IF e-job-end > 0
            MOVE e-job-end TO ymd
            PERFORM day-of-ymd
            MOVE a-day TO new-last
        END-IF
        COMPUTE ymd = e-month * 100 + 1
        COMPUTE m = (ymd-year - 1900) * 12 + ymd-month
        PERFORM VARYING j FROM 1 BY 1 UNTIL j > job-count
            IF j-employer(j) = e-employer AND j-start(j) = new-first
                EXIT PERFORM
            END-IF
        END-PERFORM
        IF j > job-count
            ADD 1 TO job-count
            MOVE e-employer TO j-employer(j)
            MOVE new-first TO j-start(j)
            MOVE 99999 TO j-earliest(j)
            MOVE 0 TO j-latest(j)
        END-IF
        IF m > j-latest(j)
            MOVE m TO j-latest(j)
            MOVE new-last TO j-end(j)
        END-IF
        IF m < j-earliest(j)
            MOVE m TO j-earliest(j)
            MOVE e-hours TO j-hours(j)
            MOVE e-base TO j-base(j)
        END-IF
        ADD 1 TO row-count
        MOVE j TO r-job(row-count)
        MOVE m TO r-month(row-count)
        MOVE e-hours TO r-hours(row-count)
        MOVE e-base TO r-base(row-count)
        MOVE 0 TO r-proved(row-count)
        IF e-proof > 0 MOVE 1 TO r-proved(row-count) END-IF
    END-IF
    READ earnings AT END MOVE HIGH-VALUES TO e-id END-READ.

*> R3 by the values in-force, and by the rates of by-day; R5.
daily-rates.
    COMPUTE wanted = 574000000 * s
    COMPUTE candidate = 404000000 * s + l-fixed(in-force) * p
    IF candidate > wanted MOVE candidate TO wanted END-IF
    COMPUTE candidate = l-minimum(in-force) * p
    IF candidate > wanted MOVE candidate TO wanted END-IF
    COMPUTE minimum = (candidate + 500000000) / 1000000000
    COMPUTE candidate = 750000000 * s
    IF candidate < wanted MOVE candidate TO wanted END-IF
    COMPUTE the-are = (wanted + 500000000) / 1000000000
    COMPUTE of-wage = (3 * s + 50) / 100
    MOVE the-are TO gross-1 gross-2
    IF ordinary = 1
        COMPUTE candidate = (80 * s + 50) / 100
        IF candidate > gross-1 MOVE candidate TO gross-1 END-IF
        COMPUTE candidate = (70 * s + 50) / 100
        IF candidate > gross-2 MOVE candidate TO gross-2 END-IF
        IF notice > gross-1 MOVE notice TO gross-1 END-IF
        IF regime = 2006
            IF l-aref(in-force) > gross-1 MOVE l-aref(in-force) TO gross-1 END-IF
            IF l-aref(in-force) > gross-2 MOVE l-aref(in-force) TO gross-2 END-IF
        END-IF
        IF regime = 2009 AND notice > gross-2 MOVE notice TO gross-2 END-IF
    END-IF.

*> Of the days from from-day to to-day, all indemnified, those from the first on that are worth the same, and their worth.
one-piece.
    MOVE to-day TO same-day
    MOVE gross-1 TO gross
    IF ordinary = 1
        IF regime < 2009
            IF rank <= 91
                IF from-day + 91 - rank < same-day COMPUTE same-day = from-day + 91 - rank END-IF
            ELSE
                MOVE gross-2 TO gross
            END-IF
        ELSE
            IF by-day < av1
                IF from-day <= eighth-month
                    IF eighth-month < same-day MOVE eighth-month TO same-day END-IF
                ELSE
                    MOVE gross-2 TO gross
                END-IF
            END-IF
        END-IF
    END-IF
    MOVE 0 TO offset
    IF pension > 0
        IF from-day < pension-start
            IF pension-start <= same-day COMPUTE same-day = pension-start - 1 END-IF
        ELSE
            IF from-day <= pension-end
                IF pension-end < same-day MOVE pension-end TO same-day END-IF
                MOVE pension TO offset
                IF gross < offset MOVE gross TO offset END-IF
            END-IF
        END-IF
    END-IF
    IF from-day + left-days - 1 < same-day COMPUTE same-day = from-day + left-days - 1 END-IF
    COMPUTE piece-days = same-day - from-day + 1.

*> before: the indemnified days from the start to the eve of next-day.
count-before.
    COMPUTE days-before = next-day - crp-start
    MOVE crp-start TO from-day
    PERFORM VARYING k FROM 1 BY 1 UNTIL k > span-count
        IF span-first(k) > from-day MOVE span-first(k) TO from-day END-IF
        MOVE span-last(k) TO to-day
        IF to-day >= next-day COMPUTE to-day = next-day - 1 END-IF
        IF to-day >= from-day
            COMPUTE days-before = days-before - (to-day - from-day + 1)
            COMPUTE from-day = to-day + 1
        END-IF
    END-PERFORM.

set-eighth-month.
    MOVE crp-start-month TO at-month
    MOVE crp-start-day TO day-of-month
    MOVE crp-months TO skip
    MOVE 8 TO crp-months
    PERFORM months-after
    MOVE skip TO crp-months
    MOVE a-day TO eighth-month.

asr.
    MOVE crp-start TO next-day
    IF first-day > next-day MOVE first-day TO next-day END-IF
    MOVE crp-term TO months-last
    IF last-day < months-last MOVE last-day TO months-last END-IF
    IF next-day > months-last EXIT PARAGRAPH END-IF
    IF regime = 2009 PERFORM set-eighth-month END-IF
    PERFORM count-before
    ADD 1 days-before GIVING rank
    MOVE 999999 TO left-days
    IF ordinary = 0 SUBTRACT days-before FROM b-are-days GIVING left-days END-IF
    *> The 70 % of crp-2009 reached no ASR, so the rates of the first day are those of the month.
    PERFORM VARYING k FROM 1 BY 1 UNTIL k > span-count
        IF span-first(k) > next-day
            MOVE next-day TO from-day
            COMPUTE to-day = span-first(k) - 1
            IF months-last < to-day MOVE months-last TO to-day END-IF
            PERFORM paid-days
        END-IF
        IF span-last(k) >= next-day ADD 1 span-last(k) GIVING next-day END-IF
    END-PERFORM
    MOVE next-day TO from-day
    MOVE months-last TO to-day
    PERFORM paid-days.

paid-days.
    PERFORM UNTIL from-day > to-day OR left-days <= 0
        PERFORM one-piece
        SUBTRACT offset minimum FROM gross GIVING participation
        IF participation < 0 MOVE 0 TO participation END-IF
        IF of-wage < participation MOVE of-wage TO participation END-IF
        ADD piece-days TO sum-days rank
        SUBTRACT piece-days FROM left-days
        COMPUTE sum-gross = sum-gross + gross * piece-days
        COMPUTE sum-offset = sum-offset + offset * piece-days
        COMPUTE sum-participation = sum-participation + participation * piece-days
        ADD 1 same-day GIVING from-day
    END-PERFORM.

idr.
    MOVE open-day TO hire
    PERFORM VARYING i FROM 1 BY 1 UNTIL i > job-count
        MOVE 0 TO j-qualifies(i)
        *> R6.1, R6.2
        IF j-start(i) >= crp-start AND j-start(i) <= crp-term AND j-start(i) < ended
            COMPUTE lhs = 100 * j-base(i) * old-hours
            COMPUTE rhs = 2550 * s * j-hours(i)
            IF lhs <= rhs
                MOVE 1 TO j-qualifies(i)
                IF j-start(i) < hire
                    MOVE j-start(i) TO hire
                    MOVE i TO hire-job
                END-IF
            END-IF
        END-IF
    END-PERFORM
    IF hire = open-day EXIT PARAGRAPH END-IF
    *> R6.5
    MOVE hire TO next-day by-day
    IF regime = 2009 PERFORM set-eighth-month END-IF
    PERFORM count-before
    ADD 1 days-before GIVING rank
    PERFORM find-law
    PERFORM daily-rates
    MOVE 999999 TO left-days
    MOVE 0 TO residual
    MOVE hire TO from-day
    MOVE crp-term TO to-day
    PERFORM UNTIL from-day > to-day
        PERFORM one-piece
        COMPUTE residual = residual + (gross - offset) * piece-days
        ADD piece-days TO rank
        ADD 1 same-day GIVING from-day
    END-PERFORM
    COMPUTE cap = (residual + 1) / 2
    *> R6.6
    MOVE j-earliest(hire-job) TO hire-month
    MOVE hire-month TO at-month
    PERFORM UNTIL eve-of-month(at-month) < hire
        SUBTRACT 1 FROM at-month
    END-PERFORM
    SUBTRACT eve-of-month(at-month) FROM hire GIVING day-of-month
    MOVE at-month TO hire-month
    PERFORM months-after
    MOVE a-day TO clock-last
    MOVE 0 TO used
    PERFORM VARYING m FROM hire-month BY 1 UNTIL m > run-month
        ADD 1 eve-of-month(m) GIVING months-first
        MOVE eve-of-month(m + 1) TO months-last
        PERFORM find-two-jobs
        IF two-jobs = 0
            PERFORM VARYING i FROM 1 BY 1 UNTIL i > row-count
                IF r-month(i) = m AND r-proved(i) = 1
                    MOVE r-job(i) TO j
                    IF j-qualifies(j) = 1 PERFORM month-of-job END-IF
                END-IF
            END-PERFORM
        END-IF
    END-PERFORM.

*> R6.8
find-two-jobs.
    MOVE 0 TO two-jobs
    PERFORM VARYING i FROM 1 BY 1 UNTIL i >= job-count
        ADD 1 i GIVING k
        PERFORM VARYING j FROM k BY 1 UNTIL j > job-count
            MOVE months-first TO shared-first
            IF j-start(i) > shared-first MOVE j-start(i) TO shared-first END-IF
            IF j-start(j) > shared-first MOVE j-start(j) TO shared-first END-IF
            MOVE months-last TO shared-last
            IF j-end(i) < shared-last MOVE j-end(i) TO shared-last END-IF
            IF j-end(j) < shared-last MOVE j-end(j) TO shared-last END-IF
            IF shared-first <= shared-last MOVE 1 TO two-jobs END-IF
        END-PERFORM
    END-PERFORM.

*> R6.3 to R6.5
month-of-job.
    COMPUTE monthly = 30 * s * r-hours(i) - r-base(i) * old-hours
    IF monthly < 0 MOVE 0 TO monthly END-IF
    COMPUTE monthly = (2 * monthly + old-hours) / (2 * old-hours)
    MOVE months-first TO shared-first
    IF j-start(j) > shared-first MOVE j-start(j) TO shared-first END-IF
    MOVE months-last TO shared-last
    IF j-end(j) < shared-last MOVE j-end(j) TO shared-last END-IF
    IF clock-last < shared-last MOVE clock-last TO shared-last END-IF
    IF shared-first > shared-last EXIT PARAGRAPH END-IF
    COMPUTE piece-days = months-last - months-first + 1
    COMPUTE due = (2 * monthly * (shared-last - shared-first + 1) + piece-days) / (2 * piece-days)
    IF due > cap - used SUBTRACT used FROM cap GIVING due END-IF
    ADD due TO used
    IF m = run-month ADD due TO sum-idr END-IF.

write-payment.
    MOVE SPACES TO payment
    MOVE 1 TO place
    STRING b-id "," b-nir "," DELIMITED BY SIZE INTO payment POINTER place
    MOVE 80 TO n
    PERFORM UNTIL b-name(n:1) NOT = SPACE
        SUBTRACT 1 FROM n
    END-PERFORM
    STRING b-name(1:n) "," DELIMITED BY SIZE b-iban DELIMITED BY SPACE "," month-text "," regime-text "," DELIMITED BY SIZE
        INTO payment POINTER place
    MOVE sum-days TO days-edited
    IF sum-days > 9
        STRING days-edited "," DELIMITED BY SIZE INTO payment POINTER place
    ELSE
        STRING days-edited(2:1) "," DELIMITED BY SIZE INTO payment POINTER place
    END-IF
    MOVE sum-gross TO euros-in
    PERFORM put-euros
    MOVE sum-offset TO euros-in
    PERFORM put-euros
    MOVE sum-participation TO euros-in
    PERFORM put-euros
    MOVE asr-net TO euros-in
    PERFORM put-euros
    MOVE sum-idr TO euros-in
    PERFORM put-euros
    STRING "0.00,0.00," DELIMITED BY SIZE INTO payment POINTER place
    MOVE net TO euros-in
    PERFORM put-euros
    STRING b-id "-" a-month DELIMITED BY SIZE INTO payment POINTER place
    WRITE payment.

put-euros.
    IF euros-in = 0
        STRING "0.00," DELIMITED BY SIZE INTO payment POINTER place
    ELSE
        DIVIDE euros-in BY 100 GIVING euros-edited
        MOVE 0 TO skip
        INSPECT euros-value TALLYING skip FOR LEADING SPACES
        ADD 1 TO skip
        STRING euros-value(skip:) "," DELIMITED BY SIZE INTO payment POINTER place
    END-IF.
