-- Two roles for PostgreSQL: one owns the tables and migrates, one serves the web and the worker.
-- Run as the role that migrates or as an administrator, in the site's database, after the first
-- migration and after each release: what is there already is left as it is, and new tables are added.
-- The web role can read and write rows, but own, alter or drop nothing: it can neither remove nor
-- switch off the triggers that keep sealed rows as they are, nor truncate a table.
-- Temporary tables are for the look at the promises, which acts on a copy.

DO $$
BEGIN
  IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'site_web') THEN
    CREATE ROLE site_web LOGIN;  -- set its password, or let it in by peer authentication
  END IF;
END $$;
REVOKE CREATE ON SCHEMA public FROM PUBLIC;
GRANT USAGE ON SCHEMA public TO site_web;
GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO site_web;
GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO site_web;
DO $$
BEGIN
  EXECUTE format('GRANT TEMPORARY ON DATABASE %I TO site_web', current_database());
END $$;
ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO site_web;
ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT USAGE, SELECT ON SEQUENCES TO site_web;

-- What is only ever added to needs no more than that, whatever the triggers say.
REVOKE UPDATE, DELETE ON policy_policyversion, policy_policyevent, policy_headlogentry,
  promises_promiserun, consent_receiptseal, rights_requestseal FROM site_web;
