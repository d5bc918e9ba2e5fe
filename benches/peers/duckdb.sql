-- The month's ASR and IDR in DuckDB's SQL: rules R0-R6 by spans and in whole cents, with closed forms instead of a row a day.
-- Amounts are read as DOUBLE and rounded to whole cents by the cast: exact, and faster than DECIMAL columns.
-- duckdb_run.py fills in what stands in braces. greatest() and least() pass over NULL. A span includes both ends; an absent
-- end is 9999-01-01.

CREATE MACRO r(amount, parts) AS (2 * amount + parts) // (2 * parts);           -- to the cent, half up; nothing is negative
CREATE MACRO common_days(a, b, c, d) AS greatest(0, least(b, d) - greatest(a, c) + 1);
CREATE MACRO are(s, p, fixed, minimum) AS                                       -- R3.3, p in billionths
    r(least(750000000 * s, greatest(574000000 * s, 404000000 * s + fixed * p, minimum * p)), 1000000000);
CREATE MACRO bits(first, last) AS                                               -- a span's days of the month
    (1::BIGINT << common_days(first, last, DATE '{first}', DATE '{last}')) - 1
        << least(31, greatest(0, first - DATE '{first}'));
CREATE MACRO euros(cents) AS CAST(cents AS DECIMAL(16,0)) * 0.01;
CREATE MACRO rare_euros(cents) AS CASE WHEN cents = 0 THEN '0.00' ELSE CAST(euros(cents) AS VARCHAR) END;
CREATE MACRO without_spaces(text) AS CASE WHEN contains(text, ' ') THEN replace(text, ' ', '') ELSE text END;

COPY (
WITH beneficiary AS MATERIALIZED (
    SELECT beneficiary_id AS id, nir, name, iban,
        contract_end + 1 AS start,
        CAST(contract_end + 1 + CASE WHEN procedure_date < DATE '2009-04-01' THEN INTERVAL 8 MONTH ELSE INTERVAL 12 MONTH END
            AS DATE) - 1 AS term,
        CASE WHEN procedure_date < DATE '2006-01-18' THEN 2005 WHEN procedure_date < DATE '2009-04-01' THEN 2006 ELSE 2009 END
            AS regime,
        CASE WHEN seniority_months < 24 THEN are_days END AS article_3_days,        -- NULL: ordinary
        CAST(weekly_hours * 100 AS BIGINT) AS hours,
        CAST(coalesce(part_time_ratio, 1) * 1000000000 AS BIGINT) AS p,
        coalesce(CAST(sjr * 100 AS BIGINT), r(CAST(reference_pay * 100 AS BIGINT), reference_days)) AS s,
        r(80 * CAST(notice_daily * 100 AS BIGINT), 100) AS notice,
        -- R4.1; category 1 is not deducted.
        CASE WHEN pension_category <> '1' THEN r(12 * CAST(pension_monthly * 100 AS BIGINT), 365) ELSE 0 END AS pension,
        coalesce(pension_start, DATE '0001-01-01') AS pension_start,
        coalesce(pension_end, DATE '9999-01-01') AS pension_end
    FROM read_csv('{exports}/beneficiaries.csv', header = true, delim = ',', quote = '"', escape = '"', auto_detect = false,
        dateformat = '%Y-%m-%d', columns = {
            'beneficiary_id': 'VARCHAR', 'nir': 'VARCHAR', 'name': 'VARCHAR', 'iban': 'VARCHAR', 'procedure_date': 'DATE',
            'contract_end': 'DATE', 'seniority_months': 'INTEGER', 'sjr': 'DOUBLE', 'reference_pay': 'DOUBLE',
            'reference_days': 'INTEGER', 'weekly_hours': 'DOUBLE', 'part_time_ratio': 'DOUBLE',
            'are_days': 'INTEGER', 'notice_daily': 'DOUBLE', 'pension_category': 'VARCHAR',
            'pension_monthly': 'DOUBLE', 'pension_start': 'DATE', 'pension_end': 'DATE'})
),

earning AS MATERIALIZED (
    SELECT beneficiary_id AS id, replace(employer, ' ', '') AS employer, CAST(month || '-01' AS DATE) AS month, job_start,
        coalesce(job_end, DATE '9999-01-01') AS job_end, CAST(weekly_hours * 100 AS BIGINT) AS hours,
        CAST(base_monthly_gross * 100 AS BIGINT) AS base, proof IS NOT NULL AS proved
    FROM read_csv('{exports}/earnings.csv', header = true, delim = ',', quote = '"', escape = '"', auto_detect = false,
        dateformat = '%Y-%m-%d', columns = {
            'beneficiary_id': 'VARCHAR', 'employer': 'VARCHAR', 'month': 'VARCHAR', 'job_start': 'DATE', 'job_end': 'DATE',
            'weekly_hours': 'DOUBLE', 'base_monthly_gross': 'DOUBLE', 'gross_paid': 'DOUBLE', 'proof': 'VARCHAR'})
    WHERE month <= '{month}'
),

-- A job is (beneficiary, employer, first day): the end of its latest row holds, the test of R6.2 is on its earliest row.
job AS MATERIALIZED (
    SELECT id, employer, job_start, arg_max(job_end, month) AS job_end, arg_min(hours, month) AS hours,
        arg_min(base, month) AS base
    FROM earning GROUP BY ALL
),

-- R2, spans that leave days unpaid; a final event never ends.
unpaid AS MATERIALIZED (
    SELECT beneficiary_id AS id, start AS first, kind IN ('business_creation', 'retirement', 'exclusion') AS final,
        CASE WHEN final OR "end" IS NULL THEN DATE '9999-01-01' ELSE "end" END AS last
    FROM read_csv('{exports}/events.csv', header = true, delim = ',', quote = '"', escape = '"', auto_detect = false,
        dateformat = '%Y-%m-%d',
        columns = {'beneficiary_id': 'VARCHAR', 'kind': 'VARCHAR', 'start': 'DATE', 'end': 'DATE'})
    WHERE kind <> 'training' AND start <= DATE '{last}'
    UNION ALL
    SELECT id, job_start, false, job_end FROM job
),

-- The same days as spans that don't overlap.
unpaid_once AS MATERIALIZED (
    SELECT * FROM (
        SELECT id, last, greatest(first, 1 + max(last) OVER (
            PARTITION BY id ORDER BY first ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING)) AS first
        FROM unpaid)
),

-- R6.1, R6.2: jobs that qualify, with what the first hire freezes.
qualifying AS MATERIALIZED (
    SELECT id, employer, job.job_start, job.job_end, b.hours AS old_hours, 30 * b.s AS former
    FROM job JOIN beneficiary AS b USING (id)
    WHERE article_3_days IS NULL AND job.job_start BETWEEN b.start AND b.term
        AND 100 * job.base * b.hours <= 85 * 30 * b.s * job.hours
        AND NOT EXISTS (FROM unpaid WHERE unpaid.id = job.id AND unpaid.final AND unpaid.first <= job.job_start)
),

frozen AS MATERIALIZED (
    WITH hired AS (
        SELECT id, hire, b.* EXCLUDE (id, nir, name, iban), law.*,
            -- R3: indemnified days before the hire.
            hire - b.start - CAST(coalesce((SELECT sum(common_days(u.first, u.last, b.start, hire - 1)) FROM unpaid_once AS u
                WHERE u.id = b.id), 0) AS INTEGER) AS before,
            are(s, p, law.fixed, law.minimum) AS are
        FROM (SELECT id, min(job_start) AS hire FROM qualifying GROUP BY id) JOIN beneficiary AS b USING (id)
            ASOF JOIN (VALUES {law}) AS law (from_day, fixed, minimum, aref) ON hire >= law.from_day
    ), valued AS (
        SELECT *,
            -- The last day of the first tier, by the law of the day of hire.
            CASE WHEN regime < 2009 THEN hire + CAST(greatest(0, 91 - before) AS INTEGER) - 1
                WHEN hire < DATE '2009-11-07' THEN CAST(start + INTERVAL 8 MONTH AS DATE) - 1
                ELSE term END AS tier_last,
            greatest(r(80 * s, 100), are, CASE WHEN regime = 2006 THEN aref END, notice) AS gross_1,
            greatest(r(70 * s, 100), are, CASE WHEN regime = 2006 THEN aref END, CASE WHEN regime = 2009 THEN notice END) AS gross_2
        FROM hired
    )
    SELECT id,
        CAST(hire + CASE WHEN regime < 2009 THEN INTERVAL 8 MONTH ELSE INTERVAL 12 MONTH END AS DATE) - 1 AS clock_last,
        -- R6.5
        r(gross_1 * common_days(hire, term, hire, tier_last) + gross_2 * common_days(hire, term, tier_last + 1, term)
            - least(gross_1, pension) * common_days(hire, least(term, tier_last), pension_start, pension_end)
            - least(gross_2, pension) * common_days(greatest(hire, tier_last + 1), term, pension_start, pension_end),
            2) AS cap
    FROM valued
),

-- R6.8: spans that two jobs share; a job that begins and ends within another shares all its days with it.
two_jobs AS MATERIALIZED (
    WITH several AS (FROM job WHERE id IN (SELECT id FROM job GROUP BY id HAVING count(*) > 1))
    SELECT a.id, greatest(a.job_start, b.job_start) AS first, least(a.job_end, b.job_end) AS last
    FROM several AS a JOIN several AS b ON a.id = b.id AND (a.job_start, a.employer) < (b.job_start, b.employer)
        AND b.job_start <= a.job_end
),

-- R6.3 to R6.7: what is due a month and job; each month takes what earlier ones left of the cap.
idr AS MATERIALIZED (
    SELECT id, CAST(least(any_value(cap), sum(due))
            - least(any_value(cap), coalesce(sum(due) FILTER (month < DATE '{first}'), 0)) AS BIGINT) AS idr
    FROM (
        SELECT id, month, cap,
            r(r(greatest(0, q.former * e.hours - e.base * old_hours), old_hours)
                * common_days(q.job_start, q.job_end, month, least(clock_last, last_day(month))),
                day(last_day(month))) AS due
        FROM earning AS e JOIN qualifying AS q USING (id, employer, job_start) JOIN frozen USING (id)
        WHERE proved AND NOT EXISTS (
            FROM two_jobs WHERE two_jobs.id = e.id AND two_jobs.first <= last_day(month) AND two_jobs.last >= month)
    )
    GROUP BY id
),

interrupted AS (
    SELECT u.id, CAST(sum(common_days(u.first, u.last, b.start, DATE '{first}' - 1)) AS INTEGER) AS before,
        -- The unpaid days of the month as bits.
        bit_or(bits(u.first, u.last)) AS days
    FROM unpaid_once AS u JOIN beneficiary AS b USING (id)
    WHERE u.first <= u.last
    GROUP BY u.id
), counted AS (
    SELECT id, nir, name, iban, regime, article_3_days, s, p, notice, pension, pension_start, pension_end,
        coalesce(idr, 0) AS idr,
        greatest(0, DATE '{first}' - start - coalesce(before, 0)) AS before,
        -- The paid days of the month as bits.
        bits(start, term) & ~coalesce(days, 0) AS paid
    FROM beneficiary AS b LEFT JOIN interrupted USING (id) LEFT JOIN idr USING (id)
), ranked AS (
    SELECT *,
        -- R1.3
        least(CAST(bit_count(paid) AS INTEGER), greatest(0, coalesce(article_3_days, 1000000) - before)) AS days,
        CASE WHEN pension = 0 THEN 0 ELSE bit_count(paid & bits(DATE '{first}', pension_start - 1)) END AS before_pension,
        CASE WHEN pension = 0 THEN 0 ELSE bit_count(paid & bits(pension_start, pension_end)) END AS with_pension,
        are(s, p, {fixed}, {minimum}) AS are,
        r(3 * s, 100) AS of_wage,
        r({minimum} * p, 1000000000) AS minimum
    FROM counted
    WHERE paid > 0 OR idr > 0
), tiered AS (
    SELECT *,
        -- R3.1; the 70 % of crp-2009 reached no ASR.
        CASE WHEN article_3_days IS NOT NULL THEN are
            ELSE greatest(r(80 * s, 100), are, CASE WHEN regime = 2006 THEN {aref} END, notice) END AS gross_1,
        CASE WHEN regime < 2009 THEN greatest(r(70 * s, 100), are, CASE WHEN regime = 2006 THEN {aref} END) ELSE 0 END AS gross_2,
        CASE WHEN regime < 2009 AND article_3_days IS NULL THEN greatest(0, least(days, 91 - before)) ELSE days END AS days_1,
        days - days_1 AS days_2,
        greatest(0, least(with_pension, days_1 - before_pension)) AS covered_1,
        greatest(0, least(with_pension, days - before_pension)) - covered_1 AS covered_2,
        least(pension, gross_1) AS offset_1,
        least(pension, gross_2) AS offset_2
    FROM ranked
), summed AS (
    SELECT id, nir, name, iban, regime, days, idr,
        gross_1 * days_1 + gross_2 * days_2 AS gross,
        offset_1 * covered_1 + offset_2 * covered_2 AS "offset",
        least(of_wage, greatest(0, gross_1 - minimum)) * (days_1 - covered_1)
            + least(of_wage, greatest(0, gross_2 - minimum)) * (days_2 - covered_2)
            + least(of_wage, greatest(0, gross_1 - offset_1 - minimum)) * covered_1
            + least(of_wage, greatest(0, gross_2 - offset_2 - minimum)) * covered_2 AS participation,
        gross - "offset" - participation AS net
    FROM tiered
)
SELECT id AS beneficiary_id, without_spaces(nir) AS nir, name, without_spaces(iban) AS iban, '{month}' AS month,
    CASE regime WHEN 2005 THEN 'crp-2005' WHEN 2006 THEN 'crp-2006' ELSE 'crp-2009' END AS regime,
    days AS asr_days, euros(gross) AS asr_gross, rare_euros("offset") AS pension_offset, euros(participation) AS participation,
    euros(net) AS asr_net, rare_euros(idr) AS idr, '0.00' AS arrears, '0.00' AS recovered, euros(net + idr) AS net,
    id || '-{compact}' AS end_to_end_id
FROM (FROM summed WHERE net + idr > 0 ORDER BY id)
) TO '{out}/payments.csv' (HEADER, DELIMITER ',');
