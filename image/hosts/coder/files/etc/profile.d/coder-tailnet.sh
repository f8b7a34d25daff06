# The workspace is on the tailnet by the time somebody logs in, even if its container is started by a command of its own.
if [ "$(id -un)" = coder ] && [ -x /usr/local/bin/coder-tailnet ]; then
  /usr/local/bin/coder-tailnet ensure >/dev/null 2>&1
fi
