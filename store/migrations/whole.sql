CREATE TABLE agencies (
	city TEXT NOT NULL,
	code TEXT NOT NULL,
	name_id TEXT NOT NULL,
	name_en TEXT NOT NULL,
	phone TEXT NOT NULL,
	CONSTRAINT pk_agencies PRIMARY KEY (city, code),
	CONSTRAINT fk_agencies_city_cities FOREIGN KEY(city) REFERENCES cities (code)
);
CREATE TABLE alembic_version (
	version_num VARCHAR(32) NOT NULL,
	CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num)
);
CREATE TABLE api_keys (
	id TEXT NOT NULL,
	digest TEXT NOT NULL,
	city TEXT NOT NULL,
	label TEXT NOT NULL,
	role TEXT NOT NULL,
	agency TEXT NOT NULL,
	regions JSON NOT NULL,
	created_us BIGINT NOT NULL,
	until_us BIGINT,
	revoked_us BIGINT,
	seen_us BIGINT,
	CONSTRAINT pk_api_keys PRIMARY KEY (id),
	CONSTRAINT uq_api_keys_digest UNIQUE (digest)
);
CREATE TABLE attempts (
	city TEXT NOT NULL,
	bucket TEXT NOT NULL,
	at_us JSON NOT NULL,
	until_us BIGINT NOT NULL,
	CONSTRAINT pk_attempts PRIMARY KEY (city, bucket)
);
CREATE TABLE audit_heads (
	city TEXT NOT NULL,
	number BIGINT NOT NULL,
	digest TEXT NOT NULL,
	CONSTRAINT pk_audit_heads PRIMARY KEY (city)
);
CREATE TABLE audit_rows (
	city TEXT NOT NULL,
	number BIGINT NOT NULL,
	at_us BIGINT NOT NULL,
	actor TEXT NOT NULL,
	what TEXT NOT NULL,
	object TEXT NOT NULL,
	details TEXT NOT NULL,
	previous TEXT NOT NULL,
	digest TEXT NOT NULL,
	CONSTRAINT pk_audit_rows PRIMARY KEY (city, number)
);
CREATE TABLE audit_salts (
	city TEXT NOT NULL,
	about TEXT NOT NULL,
	salt BLOB NOT NULL,
	CONSTRAINT pk_audit_salts PRIMARY KEY (city, about)
);
CREATE TABLE boundaries (
	city TEXT NOT NULL,
	code TEXT NOT NULL,
	geometry TEXT NOT NULL,
	changed_us BIGINT NOT NULL,
	CONSTRAINT pk_boundaries PRIMARY KEY (city, code),
	CONSTRAINT fk_boundaries_city_cities FOREIGN KEY(city) REFERENCES cities (code)
);
CREATE TABLE bulletins (
	id TEXT NOT NULL,
	city TEXT NOT NULL,
	event TEXT NOT NULL,
	incident TEXT NOT NULL,
	node TEXT NOT NULL,
	number BIGINT NOT NULL,
	kind TEXT NOT NULL,
	drill BOOLEAN NOT NULL,
	at_us BIGINT NOT NULL,
	measured_us BIGINT NOT NULL,
	crossed_us BIGINT NOT NULL,
	level INTEGER NOT NULL,
	value_cm FLOAT,
	trend INTEGER,
	silent BOOLEAN NOT NULL,
	ground TEXT NOT NULL,
	witness TEXT NOT NULL,
	"by" TEXT NOT NULL,
	signed_by TEXT NOT NULL,
	confirmed BOOLEAN NOT NULL,
	expires_us BIGINT,
	text JSON NOT NULL,
	sms JSON NOT NULL,
	script JSON NOT NULL,
	regions JSON NOT NULL,
	corrects TEXT NOT NULL,
	signature TEXT NOT NULL,
	"key" TEXT NOT NULL, seq BIGINT DEFAULT '0' NOT NULL, renewal BOOLEAN DEFAULT 0 NOT NULL, witness_en TEXT DEFAULT '' NOT NULL,
	CONSTRAINT pk_bulletins PRIMARY KEY (id)
);
CREATE TABLE cap_alerts (
	bulletin TEXT NOT NULL,
	city TEXT NOT NULL,
	document BLOB NOT NULL,
	made_us BIGINT NOT NULL,
	CONSTRAINT pk_cap_alerts PRIMARY KEY (bulletin)
);
CREATE TABLE case_numbers (
	city TEXT NOT NULL,
	year INTEGER NOT NULL,
	last BIGINT NOT NULL,
	CONSTRAINT pk_case_numbers PRIMARY KEY (city, year),
	CONSTRAINT fk_case_numbers_city_cities FOREIGN KEY(city) REFERENCES cities (code)
);
CREATE TABLE case_pauses (
	number TEXT NOT NULL,
	from_us BIGINT NOT NULL,
	until_us BIGINT,
	reason TEXT NOT NULL,
	note TEXT NOT NULL,
	CONSTRAINT pk_case_pauses PRIMARY KEY (number, from_us),
	CONSTRAINT fk_case_pauses_number_cases FOREIGN KEY(number) REFERENCES cases (number)
);
CREATE TABLE case_updates (
	"key" TEXT NOT NULL,
	number TEXT NOT NULL,
	at_us BIGINT NOT NULL,
	said_us BIGINT NOT NULL,
	status TEXT NOT NULL,
	text JSON NOT NULL,
	author TEXT NOT NULL, "inner" BOOLEAN DEFAULT 0 NOT NULL, person TEXT DEFAULT '' NOT NULL,
	CONSTRAINT pk_case_updates PRIMARY KEY ("key"),
	CONSTRAINT fk_case_updates_number_cases FOREIGN KEY(number) REFERENCES cases (number)
);
CREATE TABLE cases (
	number TEXT NOT NULL,
	city TEXT NOT NULL,
	event TEXT,
	category TEXT NOT NULL,
	agency TEXT NOT NULL,
	region TEXT NOT NULL,
	title JSON NOT NULL,
	description JSON NOT NULL,
	lat FLOAT NOT NULL,
	lon FLOAT NOT NULL,
	status TEXT NOT NULL,
	source TEXT NOT NULL,
	opened_us BIGINT NOT NULL,
	updated_us BIGINT NOT NULL,
	closed_us BIGINT,
	public BOOLEAN NOT NULL,
	recurs TEXT, finish_due_us BIGINT, respond_due_us BIGINT, verify_due_us BIGINT, answered_us BIGINT, triaged_us BIGINT, paused_us BIGINT, owner TEXT DEFAULT '' NOT NULL, duplicate_of TEXT DEFAULT '' NOT NULL, escalated INTEGER DEFAULT '0' NOT NULL, reopened INTEGER DEFAULT '0' NOT NULL,
	CONSTRAINT pk_cases PRIMARY KEY (number),
	CONSTRAINT fk_cases_city_cities FOREIGN KEY(city) REFERENCES cities (code),
	CONSTRAINT uq_cases_event UNIQUE (event)
);
CREATE TABLE categories (
	city TEXT NOT NULL,
	code TEXT NOT NULL,
	name_id TEXT NOT NULL,
	name_en TEXT NOT NULL,
	description_id TEXT NOT NULL,
	description_en TEXT NOT NULL,
	agency TEXT NOT NULL,
	"group" TEXT NOT NULL,
	respond_s BIGINT NOT NULL,
	finish_s BIGINT NOT NULL,
	keywords JSON NOT NULL, verify_s BIGINT DEFAULT '0' NOT NULL, verify_days BIGINT DEFAULT '0' NOT NULL, respond_days BIGINT DEFAULT '0' NOT NULL, finish_days BIGINT DEFAULT '0' NOT NULL, radius_m FLOAT DEFAULT '250' NOT NULL, emergency BOOLEAN DEFAULT 0 NOT NULL,
	CONSTRAINT pk_categories PRIMARY KEY (city, code),
	CONSTRAINT fk_categories_city_cities FOREIGN KEY(city) REFERENCES cities (code)
);
CREATE TABLE changes (
	incident TEXT NOT NULL,
	number BIGINT NOT NULL,
	what TEXT NOT NULL,
	at_us BIGINT NOT NULL,
	said_us BIGINT NOT NULL,
	level INTEGER,
	value FLOAT, source TEXT DEFAULT 'sensor' NOT NULL, held TEXT DEFAULT '' NOT NULL,
	CONSTRAINT pk_changes PRIMARY KEY (incident, number),
	CONSTRAINT fk_changes_incident_incidents FOREIGN KEY(incident) REFERENCES incidents (id)
);
CREATE TABLE cities (
	code TEXT NOT NULL,
	name TEXT NOT NULL,
	zone TEXT NOT NULL,
	zone_word TEXT NOT NULL,
	region TEXT NOT NULL,
	lat FLOAT NOT NULL,
	lon FLOAT NOT NULL,
	emergency_phone TEXT NOT NULL,
	number_prefix TEXT NOT NULL,
	digest TEXT NOT NULL,
	registry_version BIGINT NOT NULL, signs TEXT DEFAULT '' NOT NULL,
	CONSTRAINT pk_cities PRIMARY KEY (code),
	CONSTRAINT uq_cities_number_prefix UNIQUE (number_prefix)
);
CREATE TABLE contacts (
	id TEXT NOT NULL,
	city TEXT NOT NULL,
	rw TEXT NOT NULL,
	region TEXT NOT NULL,
	name TEXT NOT NULL,
	role TEXT NOT NULL,
	phone TEXT NOT NULL,
	language TEXT NOT NULL,
	checked_us BIGINT NOT NULL,
	created_us BIGINT NOT NULL,
	ended_us BIGINT,
	digest TEXT NOT NULL,
	CONSTRAINT pk_contacts PRIMARY KEY (id)
);
CREATE TABLE decisions (
	id TEXT NOT NULL,
	city TEXT NOT NULL,
	number BIGINT NOT NULL,
	kind TEXT NOT NULL,
	incident TEXT NOT NULL,
	event TEXT NOT NULL,
	"by" TEXT NOT NULL,
	at_us BIGINT NOT NULL,
	until_us BIGINT,
	body JSON NOT NULL,
	CONSTRAINT pk_decisions PRIMARY KEY (id)
);
CREATE TABLE desk_mark (
	id INTEGER NOT NULL,
	mark BIGINT NOT NULL,
	CONSTRAINT pk_desk_mark PRIMARY KEY (id)
);
CREATE TABLE echoes (
	city TEXT NOT NULL,
	incident TEXT NOT NULL,
	sender TEXT NOT NULL,
	bulletin TEXT NOT NULL,
	said TEXT NOT NULL,
	place TEXT NOT NULL,
	source TEXT NOT NULL,
	at_us BIGINT NOT NULL,
	CONSTRAINT pk_echoes PRIMARY KEY (city, incident, sender)
);
CREATE TABLE events (
	id TEXT NOT NULL,
	city TEXT NOT NULL,
	subject TEXT NOT NULL,
	rule TEXT NOT NULL,
	"group" TEXT NOT NULL,
	name TEXT NOT NULL,
	opened_us BIGINT NOT NULL,
	closed_us BIGINT,
	recurs TEXT, cause TEXT DEFAULT '' NOT NULL,
	CONSTRAINT pk_events PRIMARY KEY (id)
);
CREATE TABLE filing_feeds (
	city TEXT NOT NULL,
	system TEXT NOT NULL,
	since_us BIGINT NOT NULL,
	polled_us BIGINT NOT NULL,
	cursor TEXT NOT NULL,
	well_us BIGINT,
	said TEXT NOT NULL,
	CONSTRAINT pk_filing_feeds PRIMARY KEY (city, system),
	CONSTRAINT fk_filing_feeds_city_cities FOREIGN KEY(city) REFERENCES cities (code)
);
CREATE TABLE filings (
	number TEXT NOT NULL,
	system TEXT NOT NULL,
	city TEXT NOT NULL,
	state TEXT NOT NULL,
	made_us BIGINT NOT NULL,
	"foreign" TEXT NOT NULL,
	url TEXT NOT NULL,
	attempts INTEGER NOT NULL,
	next_us BIGINT NOT NULL,
	sent_us BIGINT,
	told_us BIGINT NOT NULL,
	heard TEXT NOT NULL,
	said TEXT NOT NULL,
	version INTEGER NOT NULL,
	CONSTRAINT pk_filings PRIMARY KEY (number, system),
	CONSTRAINT fk_filings_number_cases FOREIGN KEY(number) REFERENCES cases (number),
	CONSTRAINT fk_filings_city_cities FOREIGN KEY(city) REFERENCES cities (code)
);
CREATE TABLE flat_lines (
	city TEXT NOT NULL,
	node TEXT NOT NULL,
	since_us BIGINT NOT NULL,
	CONSTRAINT pk_flat_lines PRIMARY KEY (city, node)
);
CREATE TABLE forecasts (
	incident TEXT NOT NULL,
	change BIGINT NOT NULL,
	downstream TEXT NOT NULL,
	city TEXT NOT NULL,
	upstream TEXT NOT NULL,
	audience TEXT NOT NULL,
	level INTEGER NOT NULL,
	passed_us BIGINT NOT NULL,
	from_us BIGINT NOT NULL,
	expected_us BIGINT NOT NULL,
	until_us BIGINT NOT NULL,
	told_us BIGINT NOT NULL,
	outcome TEXT NOT NULL,
	came_us BIGINT,
	CONSTRAINT pk_forecasts PRIMARY KEY (incident, change, downstream),
	CONSTRAINT fk_forecasts_incident_incidents FOREIGN KEY(incident) REFERENCES incidents (id)
);
CREATE TABLE impact_proposals (
	id TEXT NOT NULL,
	city TEXT NOT NULL,
	what TEXT NOT NULL,
	target TEXT NOT NULL,
	gauge TEXT NOT NULL,
	from_cm FLOAT NOT NULL,
	rw TEXT NOT NULL,
	depth TEXT NOT NULL,
	muster TEXT NOT NULL,
	muster_lat FLOAT,
	muster_lon FLOAT,
	phone TEXT NOT NULL,
	checked_by TEXT NOT NULL,
	checked_on TEXT NOT NULL,
	datum TEXT NOT NULL,
	compared_on TEXT NOT NULL,
	compared TEXT NOT NULL,
	"by" TEXT NOT NULL,
	created_us BIGINT NOT NULL,
	until_us BIGINT NOT NULL,
	outcome TEXT NOT NULL,
	decided_by TEXT NOT NULL,
	decided_us BIGINT,
	reason TEXT NOT NULL,
	CONSTRAINT pk_impact_proposals PRIMARY KEY (id)
);
CREATE TABLE impacts (
	id TEXT NOT NULL,
	city TEXT NOT NULL,
	gauge TEXT NOT NULL,
	from_cm FLOAT NOT NULL,
	rw TEXT NOT NULL,
	depth TEXT NOT NULL,
	muster TEXT NOT NULL,
	muster_lat FLOAT,
	muster_lon FLOAT,
	phone TEXT NOT NULL,
	checked_by TEXT NOT NULL,
	checked_on TEXT NOT NULL,
	datum TEXT NOT NULL,
	compared_on TEXT NOT NULL,
	compared TEXT NOT NULL,
	by_one TEXT NOT NULL,
	by_two TEXT NOT NULL,
	since_us BIGINT NOT NULL,
	ended_us BIGINT,
	ended_one TEXT NOT NULL,
	ended_two TEXT NOT NULL,
	CONSTRAINT pk_impacts PRIMARY KEY (id)
);
CREATE TABLE inbound (
	city TEXT NOT NULL,
	source TEXT NOT NULL,
	message TEXT NOT NULL,
	sender TEXT NOT NULL,
	at_us BIGINT NOT NULL,
	intent TEXT NOT NULL,
	about TEXT NOT NULL,
	answer TEXT NOT NULL,
	CONSTRAINT pk_inbound PRIMARY KEY (city, source, message)
);
CREATE TABLE incidents (
	id TEXT NOT NULL,
	city TEXT NOT NULL,
	rule TEXT NOT NULL,
	rule_version TEXT NOT NULL,
	entity TEXT NOT NULL,
	node TEXT NOT NULL,
	subject TEXT NOT NULL,
	audience TEXT NOT NULL,
	event TEXT NOT NULL,
	state TEXT NOT NULL,
	no_data BOOLEAN NOT NULL,
	level INTEGER,
	peak INTEGER,
	value FLOAT,
	peak_value FLOAT,
	crossed_us BIGINT NOT NULL,
	opened_us BIGINT NOT NULL,
	changed_us BIGINT NOT NULL,
	resolved_us BIGINT,
	changes BIGINT NOT NULL, begins_us BIGINT, until_us BIGINT, found_us BIGINT, came_us BIGINT, owed TEXT,
	CONSTRAINT pk_incidents PRIMARY KEY (id)
);
CREATE TABLE invitations (
	digest TEXT NOT NULL,
	city TEXT NOT NULL,
	role TEXT NOT NULL,
	agency TEXT NOT NULL,
	regions JSON NOT NULL,
	person TEXT NOT NULL,
	created_us BIGINT NOT NULL,
	until_us BIGINT NOT NULL,
	used_us BIGINT,
	CONSTRAINT pk_invitations PRIMARY KEY (digest)
);
CREATE TABLE judgements (
	id TEXT NOT NULL,
	city TEXT NOT NULL,
	incident TEXT NOT NULL,
	verdict TEXT NOT NULL,
	reason TEXT NOT NULL,
	flooded_us BIGINT,
	"by" TEXT NOT NULL,
	at_us BIGINT NOT NULL,
	CONSTRAINT pk_judgements PRIMARY KEY (id),
	CONSTRAINT fk_judgements_incident_incidents FOREIGN KEY(incident) REFERENCES incidents (id)
);
CREATE TABLE leases (
	city TEXT NOT NULL,
	holder TEXT NOT NULL,
	fence BIGINT NOT NULL,
	until_us BIGINT NOT NULL,
	CONSTRAINT pk_leases PRIMARY KEY (city)
);
CREATE TABLE misses (
	id TEXT NOT NULL,
	city TEXT NOT NULL,
	rule TEXT NOT NULL,
	node TEXT NOT NULL,
	place TEXT NOT NULL,
	level INTEGER NOT NULL,
	happened_us BIGINT NOT NULL,
	source TEXT NOT NULL,
	audience TEXT NOT NULL,
	"by" TEXT NOT NULL,
	at_us BIGINT NOT NULL,
	withdrawn_us BIGINT,
	withdrawn_by TEXT NOT NULL,
	CONSTRAINT pk_misses PRIMARY KEY (id)
);
CREATE TABLE nodes (
	city TEXT NOT NULL,
	node TEXT NOT NULL,
	kind TEXT NOT NULL,
	name TEXT NOT NULL,
	audience TEXT NOT NULL,
	sensors JSON NOT NULL,
	adopted BOOLEAN NOT NULL, link TEXT DEFAULT '' NOT NULL,
	CONSTRAINT pk_nodes PRIMARY KEY (city, node),
	CONSTRAINT fk_nodes_city_cities FOREIGN KEY(city) REFERENCES cities (code),
	CONSTRAINT uq_nodes_node UNIQUE (node)
);
CREATE TABLE notices (
	id TEXT NOT NULL,
	city TEXT NOT NULL,
	seq BIGINT NOT NULL,
	topic TEXT NOT NULL,
	at_us BIGINT NOT NULL,
	expires_us BIGINT,
	event TEXT NOT NULL,
	node TEXT NOT NULL,
	regions JSON NOT NULL,
	level INTEGER NOT NULL,
	"update" BOOLEAN NOT NULL,
	text JSON NOT NULL,
	brief JSON NOT NULL,
	credit TEXT NOT NULL,
	link TEXT NOT NULL,
	CONSTRAINT pk_notices PRIMARY KEY (id)
);
CREATE TABLE numbers (
	city TEXT NOT NULL,
	what TEXT NOT NULL,
	last BIGINT NOT NULL,
	CONSTRAINT pk_numbers PRIMARY KEY (city, what)
);
CREATE TABLE outbox (
	id INTEGER NOT NULL,
	"key" TEXT NOT NULL,
	city TEXT NOT NULL,
	channel TEXT NOT NULL,
	event TEXT NOT NULL,
	body JSON NOT NULL,
	created_us BIGINT NOT NULL,
	not_before_us BIGINT NOT NULL,
	expires_us BIGINT,
	attempts BIGINT NOT NULL,
	state TEXT NOT NULL,
	settled_us BIGINT,
	said TEXT NOT NULL,
	CONSTRAINT pk_outbox PRIMARY KEY (id),
	CONSTRAINT uq_outbox_key UNIQUE ("key")
);
CREATE TABLE packs (
	city TEXT NOT NULL,
	by_one TEXT NOT NULL,
	by_two TEXT NOT NULL,
	rules_us BIGINT,
	CONSTRAINT pk_packs PRIMARY KEY (city)
);
CREATE TABLE pauses (
	city TEXT NOT NULL,
	until_us BIGINT NOT NULL,
	CONSTRAINT pk_pauses PRIMARY KEY (city)
);
CREATE TABLE people (
	id TEXT NOT NULL,
	city TEXT NOT NULL,
	account TEXT NOT NULL,
	name TEXT NOT NULL,
	role TEXT NOT NULL,
	agency TEXT NOT NULL,
	regions JSON NOT NULL,
	password TEXT NOT NULL,
	subject TEXT NOT NULL,
	created_us BIGINT NOT NULL,
	disabled_us BIGINT,
	CONSTRAINT pk_people PRIMARY KEY (id)
);
CREATE TABLE photo_pictures (
	photo TEXT NOT NULL,
	large BLOB NOT NULL,
	small BLOB NOT NULL,
	CONSTRAINT pk_photo_pictures PRIMARY KEY (photo),
	CONSTRAINT fk_photo_pictures_photo_photos FOREIGN KEY(photo) REFERENCES photos (id)
);
CREATE TABLE photos (
	id TEXT NOT NULL,
	city TEXT NOT NULL,
	number TEXT,
	report TEXT,
	kind TEXT NOT NULL,
	at_us BIGINT NOT NULL,
	width INTEGER NOT NULL,
	height INTEGER NOT NULL,
	hash BIGINT,
	taken_us BIGINT,
	away_m FLOAT,
	twin TEXT NOT NULL,
	twin_bits INTEGER NOT NULL,
	shown_us BIGINT,
	blurred INTEGER NOT NULL, alike TEXT DEFAULT '' NOT NULL,
	CONSTRAINT pk_photos PRIMARY KEY (id),
	CONSTRAINT fk_photos_city_cities FOREIGN KEY(city) REFERENCES cities (code),
	CONSTRAINT fk_photos_number_cases FOREIGN KEY(number) REFERENCES cases (number),
	CONSTRAINT fk_photos_report_reports FOREIGN KEY(report) REFERENCES reports (id)
);
CREATE TABLE phrase_signatures (
	id TEXT NOT NULL,
	city TEXT NOT NULL,
	language TEXT NOT NULL,
	phrase TEXT NOT NULL,
	text TEXT NOT NULL,
	speaker TEXT NOT NULL,
	"by" TEXT NOT NULL,
	at_us BIGINT NOT NULL,
	ended_us BIGINT,
	CONSTRAINT pk_phrase_signatures PRIMARY KEY (id)
);
CREATE TABLE phrase_wordings (
	city TEXT NOT NULL,
	language TEXT NOT NULL,
	phrase TEXT NOT NULL,
	text TEXT NOT NULL,
	"by" TEXT NOT NULL,
	at_us BIGINT NOT NULL,
	CONSTRAINT pk_phrase_wordings PRIMARY KEY (city, language, phrase)
);
CREATE TABLE placements (
	id INTEGER NOT NULL,
	city TEXT NOT NULL,
	node TEXT NOT NULL,
	site TEXT NOT NULL,
	region TEXT NOT NULL,
	lat FLOAT NOT NULL,
	lon FLOAT NOT NULL,
	valid_from_us BIGINT NOT NULL,
	valid_to_us BIGINT,
	CONSTRAINT pk_placements PRIMARY KEY (id),
	CONSTRAINT fk_placements_city_node_nodes FOREIGN KEY(city, node) REFERENCES nodes (city, node)
);
CREATE TABLE post_links (
	id TEXT NOT NULL,
	digest TEXT NOT NULL,
	city TEXT NOT NULL,
	node TEXT NOT NULL,
	name TEXT NOT NULL,
	created_us BIGINT NOT NULL,
	until_us BIGINT NOT NULL,
	revoked_us BIGINT,
	seen_us BIGINT,
	CONSTRAINT pk_post_links PRIMARY KEY (id),
	CONSTRAINT uq_post_links_digest UNIQUE (digest)
);
CREATE TABLE presences (
	city TEXT NOT NULL,
	node TEXT NOT NULL,
	online BOOLEAN NOT NULL,
	birth_no BIGINT NOT NULL,
	since_us BIGINT NOT NULL,
	boot TEXT NOT NULL,
	epoch TEXT NOT NULL,
	firmware TEXT NOT NULL,
	sensors JSON NOT NULL,
	CONSTRAINT pk_presences PRIMARY KEY (city, node)
);
CREATE TABLE proposals (
	id TEXT NOT NULL,
	city TEXT NOT NULL,
	what TEXT NOT NULL,
	person TEXT NOT NULL,
	role TEXT NOT NULL,
	agency TEXT NOT NULL,
	regions JSON NOT NULL,
	"by" TEXT NOT NULL,
	created_us BIGINT NOT NULL,
	until_us BIGINT NOT NULL,
	CONSTRAINT pk_proposals PRIMARY KEY (id)
);
CREATE TABLE quarantine (
	id INTEGER NOT NULL,
	city TEXT NOT NULL,
	node TEXT NOT NULL,
	received_us BIGINT NOT NULL,
	topic TEXT NOT NULL,
	reason TEXT NOT NULL,
	detail TEXT NOT NULL,
	payload BLOB NOT NULL,
	epoch TEXT NOT NULL,
	seq BIGINT NOT NULL,
	adopted_us BIGINT,
	CONSTRAINT pk_quarantine PRIMARY KEY (id)
);
CREATE TABLE reach_counts (
	telling TEXT NOT NULL,
	kind TEXT NOT NULL,
	state TEXT NOT NULL,
	reason TEXT NOT NULL,
	city TEXT NOT NULL,
	count BIGINT NOT NULL, last_us BIGINT DEFAULT '0' NOT NULL,
	CONSTRAINT pk_reach_counts PRIMARY KEY (telling, kind, state, reason)
);
CREATE TABLE reach_cursors (
	city TEXT NOT NULL,
	source TEXT NOT NULL,
	seq BIGINT NOT NULL,
	CONSTRAINT pk_reach_cursors PRIMARY KEY (city, source)
);
CREATE TABLE reach_spent (
	city TEXT NOT NULL,
	kind TEXT NOT NULL,
	day TEXT NOT NULL,
	count BIGINT NOT NULL,
	CONSTRAINT pk_reach_spent PRIMARY KEY (city, kind, day)
);
CREATE TABLE reach_walks (
	telling TEXT NOT NULL,
	city TEXT NOT NULL,
	thread TEXT NOT NULL,
	at_us BIGINT NOT NULL,
	begun_us BIGINT NOT NULL,
	exempt BOOLEAN NOT NULL,
	rests_us BIGINT NOT NULL,
	body JSON NOT NULL,
	cursors JSON NOT NULL,
	done BOOLEAN NOT NULL,
	CONSTRAINT pk_reach_walks PRIMARY KEY (telling)
);
CREATE TABLE recordings (
	id TEXT NOT NULL,
	city TEXT NOT NULL,
	language TEXT NOT NULL,
	phrase TEXT NOT NULL,
	text TEXT NOT NULL,
	speaker TEXT NOT NULL,
	media TEXT NOT NULL,
	seconds FLOAT NOT NULL,
	size INTEGER NOT NULL,
	digest TEXT NOT NULL,
	"by" TEXT NOT NULL,
	at_us BIGINT NOT NULL,
	ended_us BIGINT,
	sound BLOB NOT NULL,
	CONSTRAINT pk_recordings PRIMARY KEY (id)
);
CREATE TABLE regions (
	city TEXT NOT NULL,
	code TEXT NOT NULL,
	name TEXT NOT NULL,
	level TEXT NOT NULL,
	parent TEXT NOT NULL,
	lat FLOAT NOT NULL,
	lon FLOAT NOT NULL,
	CONSTRAINT pk_regions PRIMARY KEY (city, code),
	CONSTRAINT fk_regions_city_cities FOREIGN KEY(city) REFERENCES cities (code)
);
CREATE TABLE relays (
	bulletin TEXT NOT NULL,
	contact TEXT NOT NULL,
	city TEXT NOT NULL,
	at_us BIGINT NOT NULL,
	done BOOLEAN NOT NULL,
	reason TEXT NOT NULL,
	CONSTRAINT pk_relays PRIMARY KEY (bulletin, contact)
);
CREATE TABLE reports (
	id TEXT NOT NULL,
	city TEXT NOT NULL,
	number TEXT,
	"key" TEXT NOT NULL,
	at_us BIGINT NOT NULL,
	source TEXT NOT NULL,
	category TEXT NOT NULL,
	lat FLOAT NOT NULL,
	lon FLOAT NOT NULL,
	region TEXT NOT NULL,
	text TEXT NOT NULL,
	language TEXT NOT NULL,
	name TEXT NOT NULL,
	contact TEXT NOT NULL,
	account TEXT NOT NULL,
	anonymous BOOLEAN NOT NULL,
	secret BOOLEAN NOT NULL,
	queue TEXT NOT NULL,
	erased_us BIGINT, attributes JSON DEFAULT '{}' NOT NULL, about_office BOOLEAN DEFAULT 0 NOT NULL,
	CONSTRAINT pk_reports PRIMARY KEY (id),
	CONSTRAINT fk_reports_city_cities FOREIGN KEY(city) REFERENCES cities (code),
	CONSTRAINT fk_reports_number_cases FOREIGN KEY(number) REFERENCES cases (number)
);
CREATE TABLE routes (
	city TEXT NOT NULL,
	category TEXT NOT NULL,
	region TEXT NOT NULL,
	agency TEXT NOT NULL,
	CONSTRAINT pk_routes PRIMARY KEY (city, category, region),
	CONSTRAINT fk_routes_city_cities FOREIGN KEY(city) REFERENCES cities (code)
);
CREATE TABLE rules (
	city TEXT NOT NULL,
	id TEXT NOT NULL,
	version TEXT NOT NULL,
	audience TEXT NOT NULL,
	subject TEXT NOT NULL,
	title_id TEXT NOT NULL,
	title_en TEXT NOT NULL, severity TEXT DEFAULT '' NOT NULL,
	CONSTRAINT pk_rules PRIMARY KEY (city, id)
);
CREATE TABLE security_events (
	id INTEGER NOT NULL,
	"key" TEXT NOT NULL,
	city TEXT NOT NULL,
	at_us BIGINT NOT NULL,
	place TEXT NOT NULL,
	what TEXT NOT NULL,
	claimed TEXT NOT NULL,
	address TEXT NOT NULL,
	detail TEXT NOT NULL,
	count BIGINT NOT NULL,
	CONSTRAINT pk_security_events PRIMARY KEY (id),
	CONSTRAINT uq_security_events_key UNIQUE ("key")
);
CREATE TABLE sends (
	id INTEGER NOT NULL,
	"key" TEXT NOT NULL,
	city TEXT NOT NULL,
	telling TEXT NOT NULL,
	thread TEXT NOT NULL,
	subscription TEXT NOT NULL,
	kind TEXT NOT NULL,
	rank INTEGER NOT NULL,
	state TEXT NOT NULL,
	attempts INTEGER NOT NULL,
	doubtful BOOLEAN NOT NULL,
	not_before_us BIGINT NOT NULL,
	expires_us BIGINT,
	created_us BIGINT NOT NULL,
	settled_us BIGINT,
	reason TEXT NOT NULL,
	said TEXT NOT NULL,
	token TEXT NOT NULL,
	CONSTRAINT pk_sends PRIMARY KEY (id)
);
CREATE TABLE sessions (
	digest TEXT NOT NULL,
	person TEXT NOT NULL,
	csrf TEXT NOT NULL,
	device TEXT NOT NULL,
	address TEXT NOT NULL,
	created_us BIGINT NOT NULL,
	seen_us BIGINT NOT NULL,
	until_us BIGINT NOT NULL,
	CONSTRAINT pk_sessions PRIMARY KEY (digest),
	CONSTRAINT fk_sessions_person_people FOREIGN KEY(person) REFERENCES people (id)
);
CREATE TABLE shifts (
	id TEXT NOT NULL,
	city TEXT NOT NULL,
	person TEXT NOT NULL,
	rung INTEGER NOT NULL,
	from_us BIGINT NOT NULL,
	to_us BIGINT NOT NULL,
	CONSTRAINT pk_shifts PRIMARY KEY (id)
);
CREATE TABLE signing_keys (
	city TEXT NOT NULL,
	id TEXT NOT NULL,
	public TEXT NOT NULL,
	since_us BIGINT NOT NULL,
	CONSTRAINT pk_signing_keys PRIMARY KEY (city, id)
);
CREATE TABLE sites (
	city TEXT NOT NULL,
	code TEXT NOT NULL,
	name TEXT NOT NULL,
	lat FLOAT NOT NULL,
	lon FLOAT NOT NULL,
	region TEXT NOT NULL,
	river TEXT NOT NULL,
	river_km FLOAT NOT NULL,
	uplink TEXT NOT NULL,
	camera_url TEXT NOT NULL, power TEXT DEFAULT '' NOT NULL,
	CONSTRAINT pk_sites PRIMARY KEY (city, code),
	CONSTRAINT fk_sites_city_cities FOREIGN KEY(city) REFERENCES cities (code)
);
CREATE TABLE situations (
	id TEXT NOT NULL,
	version INTEGER NOT NULL,
	city TEXT NOT NULL,
	kind TEXT NOT NULL,
	text JSON NOT NULL,
	region TEXT NOT NULL,
	place TEXT NOT NULL,
	from_us BIGINT NOT NULL,
	until_us BIGINT NOT NULL,
	public BOOLEAN NOT NULL,
	said_us BIGINT NOT NULL,
	person TEXT NOT NULL,
	name TEXT NOT NULL,
	office TEXT NOT NULL,
	why TEXT NOT NULL,
	CONSTRAINT pk_situations PRIMARY KEY (id, version)
);
CREATE TABLE snapshots (
	city TEXT NOT NULL,
	snapshot BLOB NOT NULL,
	watermark_us BIGINT NOT NULL,
	CONSTRAINT pk_snapshots PRIMARY KEY (city)
);
CREATE TABLE stage_proposals (
	id TEXT NOT NULL,
	city TEXT NOT NULL,
	what TEXT NOT NULL,
	name TEXT NOT NULL,
	version TEXT NOT NULL,
	stage TEXT NOT NULL,
	"by" TEXT NOT NULL,
	created_us BIGINT NOT NULL,
	until_us BIGINT NOT NULL,
	CONSTRAINT pk_stage_proposals PRIMARY KEY (id)
);
CREATE TABLE stages (
	city TEXT NOT NULL,
	what TEXT NOT NULL,
	name TEXT NOT NULL,
	version TEXT NOT NULL,
	stage TEXT NOT NULL,
	by_one TEXT NOT NULL,
	by_two TEXT NOT NULL,
	at_us BIGINT NOT NULL,
	CONSTRAINT pk_stages PRIMARY KEY (city, what, name)
);
CREATE TABLE strangers (
	city TEXT NOT NULL,
	node TEXT NOT NULL,
	first_us BIGINT NOT NULL,
	last_us BIGINT NOT NULL,
	birth_json TEXT NOT NULL,
	CONSTRAINT pk_strangers PRIMARY KEY (city, node)
);
CREATE TABLE subscriptions (
	serial INTEGER NOT NULL,
	id TEXT NOT NULL,
	city TEXT NOT NULL,
	kind TEXT NOT NULL,
	address TEXT NOT NULL,
	language TEXT NOT NULL,
	topics JSON NOT NULL,
	gauges JSON NOT NULL,
	regions JSON NOT NULL,
	whole_city BOOLEAN NOT NULL,
	from_level INTEGER NOT NULL,
	quiet_from_min INTEGER,
	quiet_to_min INTEGER NOT NULL,
	label TEXT NOT NULL,
	state TEXT NOT NULL,
	paused_until_us BIGINT,
	created_us BIGINT NOT NULL,
	confirmed_us BIGINT,
	reason TEXT NOT NULL,
	scope TEXT NOT NULL,
	manage_digest TEXT NOT NULL,
	code_digest TEXT NOT NULL,
	wrong_codes INTEGER NOT NULL,
	CONSTRAINT pk_subscriptions PRIMARY KEY (serial),
	CONSTRAINT uq_subscriptions_id UNIQUE (id)
);
CREATE TABLE takedowns (
	id TEXT NOT NULL,
	city TEXT NOT NULL,
	number TEXT NOT NULL,
	what TEXT NOT NULL,
	photo TEXT NOT NULL,
	reason TEXT NOT NULL,
	asked_us BIGINT NOT NULL,
	outcome TEXT NOT NULL,
	answer TEXT NOT NULL,
	answered_us BIGINT,
	person TEXT NOT NULL,
	office TEXT NOT NULL,
	CONSTRAINT pk_takedowns PRIMARY KEY (id)
);
CREATE TABLE tellings (
	city TEXT NOT NULL,
	event TEXT NOT NULL,
	state JSON NOT NULL,
	CONSTRAINT pk_tellings PRIMARY KEY (city, event)
);
CREATE TABLE travels (
	city TEXT NOT NULL,
	upstream TEXT NOT NULL,
	downstream TEXT NOT NULL,
	earliest_s FLOAT NOT NULL,
	usual_s FLOAT NOT NULL,
	latest_s FLOAT NOT NULL,
	events BIGINT NOT NULL,
	forecasts BIGINT NOT NULL,
	error_s FLOAT,
	learned_us BIGINT NOT NULL,
	CONSTRAINT pk_travels PRIMARY KEY (city, upstream, downstream)
);
CREATE TABLE watchers (
	city TEXT NOT NULL,
	name TEXT NOT NULL,
	seen_us BIGINT NOT NULL,
	CONSTRAINT pk_watchers PRIMARY KEY (city, name)
);
CREATE TABLE ways (
	person TEXT NOT NULL,
	channel TEXT NOT NULL,
	city TEXT NOT NULL,
	address TEXT NOT NULL,
	rings BOOLEAN NOT NULL,
	verified_us BIGINT,
	digest TEXT NOT NULL,
	asked_us BIGINT,
	CONSTRAINT pk_ways PRIMARY KEY (person, channel)
);
CREATE TABLE weather_feeds (
	city TEXT NOT NULL,
	heard_us BIGINT,
	trouble TEXT NOT NULL,
	since_us BIGINT NOT NULL, asked_us BIGINT DEFAULT '0' NOT NULL,
	CONSTRAINT pk_weather_feeds PRIMARY KEY (city)
);
CREATE TABLE weather_warnings (
	city TEXT NOT NULL,
	id TEXT NOT NULL,
	root TEXT NOT NULL,
	sent_us BIGINT NOT NULL,
	onset_us BIGINT NOT NULL,
	expires_us BIGINT NOT NULL,
	kept_us BIGINT NOT NULL,
	severity TEXT NOT NULL,
	certainty TEXT NOT NULL,
	urgency TEXT NOT NULL,
	event JSON NOT NULL,
	headline JSON NOT NULL,
	description JSON NOT NULL,
	regions JSON NOT NULL,
	"references" JSON NOT NULL,
	sender TEXT NOT NULL,
	web TEXT NOT NULL,
	ended_us BIGINT,
	ended_by TEXT NOT NULL,
	CONSTRAINT pk_weather_warnings PRIMARY KEY (city, id)
);
CREATE TRIGGER desk_mark_case_pauses_delete AFTER DELETE ON case_pauses BEGIN INSERT INTO desk_mark (id, mark) VALUES (1, 1) ON CONFLICT (id) DO UPDATE SET mark = desk_mark.mark + 1; END;
CREATE TRIGGER desk_mark_case_pauses_insert AFTER INSERT ON case_pauses BEGIN INSERT INTO desk_mark (id, mark) VALUES (1, 1) ON CONFLICT (id) DO UPDATE SET mark = desk_mark.mark + 1; END;
CREATE TRIGGER desk_mark_case_pauses_update AFTER UPDATE ON case_pauses BEGIN INSERT INTO desk_mark (id, mark) VALUES (1, 1) ON CONFLICT (id) DO UPDATE SET mark = desk_mark.mark + 1; END;
CREATE TRIGGER desk_mark_case_updates_delete AFTER DELETE ON case_updates BEGIN INSERT INTO desk_mark (id, mark) VALUES (1, 1) ON CONFLICT (id) DO UPDATE SET mark = desk_mark.mark + 1; END;
CREATE TRIGGER desk_mark_case_updates_insert AFTER INSERT ON case_updates BEGIN INSERT INTO desk_mark (id, mark) VALUES (1, 1) ON CONFLICT (id) DO UPDATE SET mark = desk_mark.mark + 1; END;
CREATE TRIGGER desk_mark_case_updates_update AFTER UPDATE ON case_updates BEGIN INSERT INTO desk_mark (id, mark) VALUES (1, 1) ON CONFLICT (id) DO UPDATE SET mark = desk_mark.mark + 1; END;
CREATE TRIGGER desk_mark_cases_delete AFTER DELETE ON cases BEGIN INSERT INTO desk_mark (id, mark) VALUES (1, 1) ON CONFLICT (id) DO UPDATE SET mark = desk_mark.mark + 1; END;
CREATE TRIGGER desk_mark_cases_insert AFTER INSERT ON cases BEGIN INSERT INTO desk_mark (id, mark) VALUES (1, 1) ON CONFLICT (id) DO UPDATE SET mark = desk_mark.mark + 1; END;
CREATE TRIGGER desk_mark_cases_update AFTER UPDATE ON cases BEGIN INSERT INTO desk_mark (id, mark) VALUES (1, 1) ON CONFLICT (id) DO UPDATE SET mark = desk_mark.mark + 1; END;
CREATE TRIGGER desk_mark_filings_delete AFTER DELETE ON filings BEGIN INSERT INTO desk_mark (id, mark) VALUES (1, 1) ON CONFLICT (id) DO UPDATE SET mark = desk_mark.mark + 1; END;
CREATE TRIGGER desk_mark_filings_insert AFTER INSERT ON filings BEGIN INSERT INTO desk_mark (id, mark) VALUES (1, 1) ON CONFLICT (id) DO UPDATE SET mark = desk_mark.mark + 1; END;
CREATE TRIGGER desk_mark_filings_update AFTER UPDATE ON filings BEGIN INSERT INTO desk_mark (id, mark) VALUES (1, 1) ON CONFLICT (id) DO UPDATE SET mark = desk_mark.mark + 1; END;
CREATE TRIGGER desk_mark_people_delete AFTER DELETE ON people BEGIN INSERT INTO desk_mark (id, mark) VALUES (1, 1) ON CONFLICT (id) DO UPDATE SET mark = desk_mark.mark + 1; END;
CREATE TRIGGER desk_mark_people_insert AFTER INSERT ON people BEGIN INSERT INTO desk_mark (id, mark) VALUES (1, 1) ON CONFLICT (id) DO UPDATE SET mark = desk_mark.mark + 1; END;
CREATE TRIGGER desk_mark_people_update AFTER UPDATE ON people BEGIN INSERT INTO desk_mark (id, mark) VALUES (1, 1) ON CONFLICT (id) DO UPDATE SET mark = desk_mark.mark + 1; END;
CREATE TRIGGER desk_mark_photo_pictures_delete AFTER DELETE ON photo_pictures BEGIN INSERT INTO desk_mark (id, mark) VALUES (1, 1) ON CONFLICT (id) DO UPDATE SET mark = desk_mark.mark + 1; END;
CREATE TRIGGER desk_mark_photo_pictures_insert AFTER INSERT ON photo_pictures BEGIN INSERT INTO desk_mark (id, mark) VALUES (1, 1) ON CONFLICT (id) DO UPDATE SET mark = desk_mark.mark + 1; END;
CREATE TRIGGER desk_mark_photo_pictures_update AFTER UPDATE ON photo_pictures BEGIN INSERT INTO desk_mark (id, mark) VALUES (1, 1) ON CONFLICT (id) DO UPDATE SET mark = desk_mark.mark + 1; END;
CREATE TRIGGER desk_mark_photos_delete AFTER DELETE ON photos BEGIN INSERT INTO desk_mark (id, mark) VALUES (1, 1) ON CONFLICT (id) DO UPDATE SET mark = desk_mark.mark + 1; END;
CREATE TRIGGER desk_mark_photos_insert AFTER INSERT ON photos BEGIN INSERT INTO desk_mark (id, mark) VALUES (1, 1) ON CONFLICT (id) DO UPDATE SET mark = desk_mark.mark + 1; END;
CREATE TRIGGER desk_mark_photos_update AFTER UPDATE ON photos BEGIN INSERT INTO desk_mark (id, mark) VALUES (1, 1) ON CONFLICT (id) DO UPDATE SET mark = desk_mark.mark + 1; END;
CREATE TRIGGER desk_mark_reports_delete AFTER DELETE ON reports BEGIN INSERT INTO desk_mark (id, mark) VALUES (1, 1) ON CONFLICT (id) DO UPDATE SET mark = desk_mark.mark + 1; END;
CREATE TRIGGER desk_mark_reports_insert AFTER INSERT ON reports BEGIN INSERT INTO desk_mark (id, mark) VALUES (1, 1) ON CONFLICT (id) DO UPDATE SET mark = desk_mark.mark + 1; END;
CREATE TRIGGER desk_mark_reports_update AFTER UPDATE ON reports BEGIN INSERT INTO desk_mark (id, mark) VALUES (1, 1) ON CONFLICT (id) DO UPDATE SET mark = desk_mark.mark + 1; END;
CREATE INDEX ix_api_keys_created ON api_keys (city, created_us);
CREATE INDEX ix_attempts_until_us ON attempts (until_us);
CREATE INDEX ix_bulletins_at ON bulletins (city, at_us);
CREATE INDEX ix_bulletins_event ON bulletins (city, event, at_us);
CREATE INDEX ix_case_updates_number ON case_updates (number, at_us);
CREATE INDEX ix_case_updates_said ON case_updates (said_us);
CREATE INDEX ix_cases_at_work ON cases (city, agency, opened_us) WHERE closed_us IS NULL;
CREATE INDEX ix_cases_changed ON cases (city, updated_us);
CREATE INDEX ix_cases_opened ON cases (city, opened_us, number);
CREATE INDEX ix_cases_place ON cases (city, lat) WHERE closed_us IS NULL;
CREATE INDEX ix_contacts_region ON contacts (city, region);
CREATE INDEX ix_decisions_event ON decisions (event) WHERE event <> '';
CREATE INDEX ix_decisions_incident ON decisions (incident) WHERE incident <> '';
CREATE INDEX ix_decisions_until ON decisions (city, until_us) WHERE until_us IS NOT NULL;
CREATE INDEX ix_events_group ON events (city, rule, "group", opened_us);
CREATE INDEX ix_filings_state ON filings (city, system, state, next_us);
CREATE INDEX ix_forecasts_open ON forecasts (city, told_us) WHERE outcome = '';
CREATE INDEX ix_forecasts_told ON forecasts (city, told_us);
CREATE INDEX ix_impact_proposals_created ON impact_proposals (city, created_us);
CREATE INDEX ix_impacts_gauge ON impacts (city, gauge);
CREATE INDEX ix_inbound_at ON inbound (city, at_us);
CREATE INDEX ix_inbound_sender ON inbound (city, sender, at_us);
CREATE INDEX ix_incidents_entity ON incidents (city, entity, crossed_us);
CREATE INDEX ix_incidents_event ON incidents (event);
CREATE INDEX ix_incidents_opened ON incidents (city, opened_us);
CREATE INDEX ix_judgements_incident ON judgements (incident);
CREATE INDEX ix_misses_happened ON misses (city, happened_us);
CREATE INDEX ix_outbox_event ON outbox (event) WHERE event <> '';
CREATE INDEX ix_outbox_state ON outbox (city, state);
CREATE INDEX ix_outbox_waiting ON outbox (city, channel, event, id) WHERE state = 'waiting';
CREATE INDEX ix_photos_hash ON photos (city, hash, id);
CREATE INDEX ix_photos_number ON photos (number);
CREATE INDEX ix_photos_report ON photos (report);
CREATE INDEX ix_phrase_signatures_city ON phrase_signatures (city, language, phrase);
CREATE INDEX ix_placements_node ON placements (city, node, valid_from_us);
CREATE INDEX ix_post_links_created ON post_links (city, created_us);
CREATE INDEX ix_quarantine_node ON quarantine (city, node, adopted_us, received_us);
CREATE INDEX ix_reach_counts_city ON reach_counts (city);
CREATE INDEX ix_reach_walks_begun ON reach_walks (city, begun_us);
CREATE INDEX ix_reach_walks_thread ON reach_walks (city, thread, at_us);
CREATE INDEX ix_recordings_city ON recordings (city, language, phrase);
CREATE INDEX ix_reports_account ON reports (city, account, at_us) WHERE account <> '';
CREATE INDEX ix_reports_aside ON reports (city, at_us) WHERE queue = 'shadow';
CREATE INDEX ix_reports_number ON reports (number, at_us);
CREATE INDEX ix_security_events_at ON security_events (city, at_us);
CREATE INDEX ix_sends_settled ON sends (city, settled_us);
CREATE INDEX ix_sends_thread ON sends (subscription, thread, id) WHERE state = 'waiting';
CREATE INDEX ix_sends_waiting ON sends (city, kind, rank, id) WHERE state = 'waiting';
CREATE INDEX ix_sessions_person ON sessions (person);
CREATE INDEX ix_sessions_until_us ON sessions (until_us);
CREATE INDEX ix_shifts_ends ON shifts (city, to_us);
CREATE INDEX ix_situations_until ON situations (city, until_us);
CREATE INDEX ix_subscriptions_code ON subscriptions (code_digest) WHERE code_digest <> '';
CREATE INDEX ix_subscriptions_walk ON subscriptions (city, kind, serial) WHERE state IN ('active', 'paused');
CREATE INDEX ix_takedowns_answered ON takedowns (city, answered_us);
CREATE INDEX ix_ways_city ON ways (city);
CREATE INDEX ix_weather_warnings_expires ON weather_warnings (city, expires_us);
CREATE UNIQUE INDEX uq_bulletins_number ON bulletins (city, incident, number);
CREATE UNIQUE INDEX uq_bulletins_seq ON bulletins (city, seq);
CREATE UNIQUE INDEX uq_contacts_digest ON contacts (digest) WHERE digest <> '';
CREATE UNIQUE INDEX uq_decisions_number ON decisions (city, number);
CREATE UNIQUE INDEX uq_filings_foreign ON filings (city, system, "foreign") WHERE "foreign" <> '';
CREATE UNIQUE INDEX uq_incidents_open ON incidents (city, rule, entity) WHERE state <> 'resolved';
CREATE UNIQUE INDEX uq_notices_seq ON notices (city, seq);
CREATE UNIQUE INDEX uq_people_account ON people (city, account) WHERE account <> '';
CREATE UNIQUE INDEX uq_people_subject ON people (city, subject) WHERE subject <> '';
CREATE UNIQUE INDEX uq_placements_now ON placements (city, node) WHERE valid_to_us IS NULL;
CREATE UNIQUE INDEX uq_quarantine_reading ON quarantine (city, node, epoch, seq, reason) WHERE epoch <> '';
CREATE UNIQUE INDEX uq_reports_key ON reports (city, "key");
CREATE UNIQUE INDEX uq_sends_key ON sends ("key");
CREATE UNIQUE INDEX uq_sends_token ON sends (token) WHERE token <> '';
CREATE UNIQUE INDEX uq_subscriptions_manage ON subscriptions (manage_digest) WHERE manage_digest <> '';
CREATE UNIQUE INDEX uq_subscriptions_scope ON subscriptions (city, kind, address, scope) WHERE address <> '';
INSERT INTO alembic_version (version_num) VALUES ('0047');
