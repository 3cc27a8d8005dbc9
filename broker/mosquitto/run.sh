#!/bin/sh
# Become Mosquitto, and have it read its certificates and the list of the revoked again when they change:
# `sh run.sh /mosquitto/config/mosquitto.conf`. A child looks every EVERY seconds and ends with its parent.
set -eu

conf=$1
every=${EVERY:-5}

files() {
	sed -n 's/^\(cafile\|certfile\|keyfile\|crlfile\|acl_file\) //p' "$conf" | sort -u
}

state() {
	files | while read -r file; do
		cksum "$file" 2>/dev/null || true
	done
}

watch() {
	before=$1
	while sleep "$every" && kill -0 "$2" 2>/dev/null; do
		after=$(state)
		if [ "$after" != "$before" ]; then
			before=$after
			kill -HUP "$2" 2>/dev/null || exit 0
		fi
	done
}

# Taken before the start: what changes while Mosquitto reads it is read again.
watch "$(state)" $$ &
exec "${MOSQUITTO:-mosquitto}" -c "$conf"
