#!/bin/sh
# Become Mosquitto for the city that SIAGA_CITY names: `sh run.sh /mosquitto/config/mosquitto.conf`. The ACL files beside
# that configuration (or in RIGHTS) are filled in with the city, to where the configuration reads them. A child looks every
# EVERY seconds whether these, a certificate or the list of the revoked have changed, has Mosquitto read them again, and
# ends with its parent.
set -eu
export LC_ALL=C

conf=$1
every=${EVERY:-5}
rights=${RIGHTS:-$(dirname "$conf")}
city=${SIAGA_CITY:-}
case $city in
'' | *[!a-z0-9-]*)
	echo "SIAGA_CITY: '$city' is no city's name; this broker carries the topics of one city and needs to know which" >&2
	exit 2
	;;
esac

named() {
	sed -n "s/^\($1\) //p" "$conf" | sort -u
}

fill() {
	for file in $(named acl_file); do
		sed "s|/CITY/|/$city/|" "$rights/${file##*/}" >"$file.new" && mv "$file.new" "$file" || return 1
	done
}

state() {
	{
		named 'cafile\|certfile\|keyfile\|crlfile'
		named acl_file | sed "s|.*/|$rights/|"
	} | while read -r file; do
		cksum "$file" 2>/dev/null || true
	done
}

watch() {
	before=$1
	while sleep "$every" && kill -0 "$2" 2>/dev/null; do
		after=$(state)
		if [ "$after" != "$before" ] && fill; then
			before=$after
			kill -HUP "$2" 2>/dev/null || exit 0
		fi
	done
}

# Taken before the start: what changes while Mosquitto reads it is read again.
before=$(state)
umask 077
fill
watch "$before" $$ &
exec "${MOSQUITTO:-mosquitto}" -c "$conf"
