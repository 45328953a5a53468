#!/bin/sh
# These make git and Node print credentials; a variable that is set here cannot reach the helper.
unset DEBUG NODE_DEBUG GIT_CURL_VERBOSE
for name in $(env | sed -n 's/^\(GIT_TRACE[A-Za-z0-9_]*\)=.*/\1/p'); do
  unset "$name"
done

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
# shellcheck disable=SC2086 # Words of our own, such as "window open"; nothing a user writes is among them.
exec node "$helper" $command_line
