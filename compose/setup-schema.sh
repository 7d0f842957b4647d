#!/bin/sh
# Creates or upgrades both databases; each step does nothing when there is nothing left to do.
set -eu

# The visibility schema needs the extension btree_gin and creates it itself: SQL_USER is a superuser, or somebody created it before.
set_up() {
  database=$1
  schema=$2
  tool="temporal-sql-tool --plugin postgres12 --ep $SQL_HOST -p 5432 -u $SQL_USER --db $database"
  $tool create
  $tool setup-schema -v 0.0
  $tool update-schema -d "/etc/temporal/schema/postgresql/v12/$schema/versioned"
}

set_up temporal temporal
set_up temporal_visibility visibility
