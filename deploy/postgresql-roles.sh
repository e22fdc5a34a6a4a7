#!/bin/sh
# Carries out postgresql-roles.sql in a container beside the database, as the owner of the tables, and
# gives the web role the password that lies in a secret. psql reads it there: no command line names it.
set -eu
PGPASSWORD=$(cat /run/secrets/database_password)
export PGPASSWORD
exec psql --no-psqlrc --quiet --set ON_ERROR_STOP=1 --single-transaction <<'SQL'
\i /deploy/postgresql-roles.sql
\set password `cat /run/secrets/web_password`
ALTER ROLE site_web PASSWORD :'password';
SQL
