#!/bin/sh
# These make git and Node print credentials; a variable that is set here cannot reach the helper.
for name in $(env | sed -nE 's/^(DEBUG|NODE_DEBUG|GIT_CURL_VERBOSE|GIT_TRACE[A-Za-z0-9_]*)=.*/\1/p'); do
  unset "$name"
  export HEROKU_CD_UNSET="${HEROKU_CD_UNSET:-} $name"
done
unset DEBUG NODE_DEBUG GIT_CURL_VERBOSE

helper="${HOME:-}/.local/share/heroku-cd/heroku-cd.cjs"
if [ ! -f "$helper" ]; then
  {
    echo "heroku-cd is not installed in this job: $helper is missing."
    echo "Run the orb's install command earlier in the job, or leave out 'install: false' on this command."
  } >&2
  exit 2
fi

command_line=$HEROKU_CD_COMMAND_LINE
unset HEROKU_CD_COMMAND_LINE
IFS=' ' # A strict BASH_ENV has another.
# shellcheck disable=SC2086 # Words of our own, such as "window open"; nothing a user writes is among them.
exec node "$helper" $command_line
