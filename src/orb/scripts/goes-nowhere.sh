#!/bin/sh
# Asks whether anything is deployed from here at all. In doubt the job goes on: the deployment has the last word.
# These make Node print the environment of what it starts.
unset DEBUG NODE_DEBUG
if ! command -v node >/dev/null 2>&1; then
  echo "There is no node on the PATH of this job yet; the deployment itself asks which app it is for."
  exit 0
fi
status=0
node -e "$HEROKU_CD_GOES_NOWHERE" || status=$?
[ "$status" -eq 10 ] || exit 0
for program in circleci-agent circleci; do
  if command -v "$program" >/dev/null 2>&1 && "$program" step halt; then exit 0; fi
done
echo "It could not be ended: neither circleci-agent nor circleci took 'step halt'. Nothing is deployed all the same."
