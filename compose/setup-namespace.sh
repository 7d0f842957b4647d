#!/bin/sh
# Creates the namespace TEMPORAL_NAMESPACE at TEMPORAL_ADDRESS and what the onboardings need in it. May run any number of times.
set -eu

# A server whose port is open may still be joining its cluster, and a new namespace takes seconds to be known everywhere.
patiently() {
  tries=30
  until "$@"; do
    tries=$((tries - 1))
    [ "$tries" -gt 0 ] || return 1
    sleep 2
  done
}

patiently temporal operator cluster health

# Closed runs stay visible for 30 days: an onboarding takes up to 14, and questions come after it.
temporal operator namespace describe --namespace "$TEMPORAL_NAMESPACE" >/dev/null 2>&1 ||
  temporal operator namespace create --namespace "$TEMPORAL_NAMESPACE" --retention 30d
patiently temporal operator namespace update --namespace "$TEMPORAL_NAMESPACE" --retention 30d

patiently temporal operator search-attribute create --namespace "$TEMPORAL_NAMESPACE" \
  --name OnboardingStage --type Keyword \
  --name WaitingFor --type Keyword \
  --name DeadlineAt --type Datetime \
  --name WabaId --type Keyword \
  --name LastErrorCode --type Keyword \
  --name NeedsAttention --type Bool
