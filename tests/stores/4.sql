BEGIN TRANSACTION;
CREATE TABLE aliases (
	athlete_id VARCHAR NOT NULL, 
	source VARCHAR NOT NULL, 
	external_name VARCHAR NOT NULL, 
	PRIMARY KEY (athlete_id, source, external_name)
)
 WITHOUT ROWID

;
INSERT INTO "aliases" VALUES('c9wh','*','A07');
INSERT INTO "aliases" VALUES('c9wh','*','Ginkgo');
INSERT INTO "aliases" VALUES('h3jp','*','A01');
CREATE TABLE answers (
	athlete_id VARCHAR NOT NULL, 
	local_date VARCHAR NOT NULL, 
	kind VARCHAR NOT NULL, 
	form_id VARCHAR NOT NULL, 
	answer_id VARCHAR NOT NULL, 
	sequence INTEGER NOT NULL, 
	written_at VARCHAR NOT NULL, 
	file_no INTEGER NOT NULL, 
	row_no INTEGER NOT NULL, 
	PRIMARY KEY (athlete_id, local_date, kind)
)
 WITHOUT ROWID

;
CREATE TABLE athletes (
	athlete_id VARCHAR NOT NULL, 
	name VARCHAR, 
	sex VARCHAR, 
	birth_year FLOAT, 
	consent VARCHAR, 
	guardian VARCHAR, 
	PRIMARY KEY (athlete_id)
)
 WITHOUT ROWID

;
INSERT INTO "athletes" VALUES('c9wh','Ginkgo','M',2002.0,'report squad body_mass',NULL);
INSERT INTO "athletes" VALUES('h3jp','Alder','F',2001.0,'report squad body_mass delivery',NULL);
INSERT INTO "athletes" VALUES('j8ms','Koa','M',2000.0,'report squad body_mass',NULL);
CREATE TABLE claims (
	athlete_id VARCHAR NOT NULL, 
	subject VARCHAR NOT NULL, 
	found_on VARCHAR NOT NULL, 
	first_told VARCHAR NOT NULL, 
	since VARCHAR NOT NULL, 
	state VARCHAR NOT NULL, 
	level FLOAT, 
	"before" FLOAT, 
	unit VARCHAR, 
	report VARCHAR NOT NULL, 
	PRIMARY KEY (athlete_id, subject, found_on)
)
 WITHOUT ROWID

;
INSERT INTO "claims" VALUES('h3jp','romanian_deadlift.speed_at_40kg','2026-05-03','2026-05-03','2026-04-20','clearly better',0.79,0.71,'m/s','athlete_week');
CREATE TABLE commits (
	athlete_id VARCHAR NOT NULL, 
	commits INTEGER NOT NULL, 
	PRIMARY KEY (athlete_id)
);
INSERT INTO "commits" VALUES('c9wh',8);
INSERT INTO "commits" VALUES('h3jp',23);
INSERT INTO "commits" VALUES('j8ms',8);
CREATE TABLE contacts (
	athlete_id VARCHAR NOT NULL, 
	whose VARCHAR NOT NULL, 
	email VARCHAR, 
	file_no INTEGER NOT NULL, 
	row_no INTEGER NOT NULL, 
	PRIMARY KEY (athlete_id, whose)
)
 WITHOUT ROWID

;
INSERT INTO "contacts" VALUES('h3jp','athlete','alder@squad.invalid',3,1);
INSERT INTO "contacts" VALUES('s2qc','guardian','home@squad.invalid',3,2);
CREATE TABLE cues (
	athlete_id VARCHAR NOT NULL, 
	local_date VARCHAR NOT NULL, 
	exercise VARCHAR NOT NULL, 
	cue VARCHAR NOT NULL, 
	file_no INTEGER NOT NULL, 
	row_no INTEGER NOT NULL, 
	PRIMARY KEY (athlete_id, local_date, exercise, cue)
)
 WITHOUT ROWID

;
INSERT INTO "cues" VALUES('c9wh','2026-01-19','romanian_deadlift','Ribs over pelvis before you move',4,35);
INSERT INTO "cues" VALUES('c9wh','2026-03-02','romanian_deadlift','Push the floor away, then stand tall',4,36);
INSERT INTO "cues" VALUES('c9wh','2026-03-09','romanian_deadlift','Send the hips back, not down',4,37);
CREATE TABLE deliveries (
	athlete_id VARCHAR NOT NULL, 
	delivery_id VARCHAR NOT NULL, 
	report VARCHAR NOT NULL, 
	until VARCHAR NOT NULL, 
	whose VARCHAR NOT NULL, 
	channel VARCHAR NOT NULL, 
	state VARCHAR NOT NULL, 
	recipient_hash VARCHAR, 
	page_hash VARCHAR, 
	problem VARCHAR, 
	attempts INTEGER NOT NULL, 
	changed_at VARCHAR NOT NULL, 
	PRIMARY KEY (athlete_id, delivery_id)
)
 WITHOUT ROWID

;
CREATE TABLE exclusions (
	athlete_id VARCHAR NOT NULL, 
	table_name VARCHAR NOT NULL, 
	row_key VARCHAR NOT NULL, 
	reason VARCHAR NOT NULL, 
	excluded_at VARCHAR NOT NULL, 
	PRIMARY KEY (athlete_id, table_name, row_key)
)
 WITHOUT ROWID

;
CREATE TABLE exercise_aliases (
	language VARCHAR NOT NULL, 
	raw_name VARCHAR NOT NULL, 
	exercise VARCHAR NOT NULL, 
	PRIMARY KEY (language, raw_name)
)
 WITHOUT ROWID

;
CREATE TABLE exercises (
	exercise VARCHAR NOT NULL, 
	name VARCHAR NOT NULL, 
	pattern VARCHAR NOT NULL, 
	variant VARCHAR, 
	equipment VARCHAR, 
	angle_deg FLOAT, 
	laterality VARCHAR NOT NULL, 
	PRIMARY KEY (exercise)
)
 WITHOUT ROWID

;
CREATE TABLE files (
	file_no INTEGER NOT NULL, 
	sha256 VARCHAR NOT NULL, 
	name VARCHAR NOT NULL, 
	reader VARCHAR NOT NULL, 
	reader_version INTEGER NOT NULL, 
	dialect VARCHAR NOT NULL, 
	bytes INTEGER NOT NULL, 
	imported_at VARCHAR NOT NULL, 
	rows_taken INTEGER NOT NULL, 
	rows_rejected INTEGER NOT NULL, 
	rows_waiting INTEGER NOT NULL, 
	read_as VARCHAR, 
	PRIMARY KEY (file_no)
)
 WITHOUT ROWID

;
INSERT INTO "files" VALUES(1,'5ba6c2d92b9ff1b5adba82c98d8207bca3969fbeb6493c18495a4574555cf37c','athletes.csv','mapping',1,'{"bom":false,"decimal":".","delimiter":",","encoding":"utf-8","eol":"LF","mapping":"athletes"}',631,'2026-11-29T17:49:08.287108+00:00',12,0,0,'{}');
INSERT INTO "files" VALUES(2,'3429b12764f35456ce33e41c40eb7dc9af586ff308485890dc056a113f2f6af0','bar_speed.csv','mapping',1,'{"bom":false,"decimal":".","delimiter":",","encoding":"utf-8","eol":"LF","mapping":"bar_speed"}',883123,'2026-11-29T17:49:11.060344+00:00',7927,0,0,'{}');
INSERT INTO "files" VALUES(3,'2c69faaee1f6d6d23a4634b3a413ab80fe500c6fead8a9a7421487953ca6eb6a','contacts.csv','mapping',1,'{"bom":false,"decimal":".","delimiter":",","encoding":"utf-8","eol":"LF","mapping":"contacts"}',88,'2026-11-29T17:49:11.769773+00:00',2,0,0,'{}');
CREATE TABLE forms (
	athlete_id VARCHAR NOT NULL, 
	form_id VARCHAR NOT NULL, 
	kind VARCHAR NOT NULL, 
	made_at VARCHAR NOT NULL, 
	revoked_at VARCHAR, 
	PRIMARY KEY (athlete_id, form_id)
)
 WITHOUT ROWID

;
CREATE TABLE labels (
	athlete_id VARCHAR NOT NULL, 
	label_id VARCHAR NOT NULL, 
	kind VARCHAR NOT NULL, 
	first_date VARCHAR NOT NULL, 
	last_date VARCHAR NOT NULL, 
	note VARCHAR, 
	source VARCHAR NOT NULL, 
	written_at VARCHAR, 
	PRIMARY KEY (athlete_id, label_id)
)
 WITHOUT ROWID

;
INSERT INTO "labels" VALUES('h3jp','eb37190671','ill','2026-02-02','2026-02-08','a cold','coach','2026-11-29T17:49:20.243257+00:00');
CREATE TABLE links (
	athlete_id VARCHAR NOT NULL, 
	kind VARCHAR NOT NULL, 
	a VARCHAR NOT NULL, 
	b VARCHAR NOT NULL, 
	PRIMARY KEY (athlete_id, kind, a, b)
)
 WITHOUT ROWID

;
CREATE TABLE named (
	athlete_id VARCHAR NOT NULL, 
	file_no INTEGER NOT NULL, 
	external_name VARCHAR NOT NULL, 
	source VARCHAR NOT NULL, 
	PRIMARY KEY (athlete_id, file_no, external_name)
)
 WITHOUT ROWID

;
INSERT INTO "named" VALUES('c9wh',2,'Ginkgo','bar_speed');
INSERT INTO "named" VALUES('c9wh',4,'Ginkgo','template');
INSERT INTO "named" VALUES('c9wh',5,'Ginkgo','template');
CREATE TABLE pages (
	report VARCHAR NOT NULL, 
	athlete_id VARCHAR NOT NULL, 
	until VARCHAR NOT NULL, 
	run VARCHAR NOT NULL, 
	state VARCHAR NOT NULL, 
	attempts INTEGER NOT NULL, 
	seconds FLOAT, 
	error VARCHAR, 
	rests_on VARCHAR NOT NULL, 
	page_hash VARCHAR, 
	changed_at VARCHAR NOT NULL, 
	PRIMARY KEY (report, athlete_id, until)
)
 WITHOUT ROWID

;
CREATE TABLE "plan" (
	athlete_id VARCHAR NOT NULL, 
	local_date VARCHAR NOT NULL, 
	line_no INTEGER NOT NULL, 
	role VARCHAR NOT NULL, 
	content VARCHAR, 
	label VARCHAR, 
	file_no INTEGER NOT NULL, 
	row_no INTEGER NOT NULL, 
	PRIMARY KEY (athlete_id, local_date, line_no)
)
 WITHOUT ROWID

;
INSERT INTO "plan" VALUES('c9wh','2026-01-05',1,'day_1','Foundation drills: form set of 8, hip thrust, glute bridge',NULL,5,1135);
INSERT INTO "plan" VALUES('c9wh','2026-01-06',1,'other','Time trials over 400 m and 1200 m',NULL,5,1136);
INSERT INTO "plan" VALUES('c9wh','2026-01-07',1,'day_3','Balance with lighter load: single-leg hinge, step-up, back extension',NULL,5,1137);
CREATE TABLE proposals (
	athlete_id VARCHAR NOT NULL, 
	proposal_id VARCHAR NOT NULL, 
	local_date VARCHAR NOT NULL, 
	rule_id VARCHAR NOT NULL, 
	subject VARCHAR NOT NULL, 
	line VARCHAR NOT NULL, 
	evidence VARCHAR NOT NULL, 
	answer VARCHAR, 
	answered_at VARCHAR, 
	reason VARCHAR, 
	PRIMARY KEY (athlete_id, proposal_id)
)
 WITHOUT ROWID

;
CREATE TABLE readings (
	file_no INTEGER NOT NULL, 
	path VARCHAR, 
	rests_on VARCHAR, 
	PRIMARY KEY (file_no)
)
 WITHOUT ROWID

;
INSERT INTO "readings" VALUES(1,'data/example/athletes.csv','{"mapping":null,"mappings":{"(athletes)":"325762a28b4dc543","(bar_speed)":"3dad1c7e4cec4374","(contacts)":"e8a4f874653473d7","(cues)":"5d580f00f4a9145f","(plan)":"3f837250fe43367b","(screens)":"fc6b9ae18451d037","(session_rpe)":"50b2203e03b2b2a2","(splits)":"ffc007efd1ab1ab4","(wellness)":"f2a5e618d22bb5d4"},"reader":"mapping 1","said":{}}');
INSERT INTO "readings" VALUES(2,'data/example/bar_speed.csv','{"config.zone":"Europe/Berlin","exercises":"70b965ff0760712e","mapping":null,"mappings":{"(athletes)":"325762a28b4dc543","(bar_speed)":"3dad1c7e4cec4374","(contacts)":"e8a4f874653473d7","(cues)":"5d580f00f4a9145f","(plan)":"3f837250fe43367b","(screens)":"fc6b9ae18451d037","(session_rpe)":"50b2203e03b2b2a2","(splits)":"ffc007efd1ab1ab4","(wellness)":"f2a5e618d22bb5d4"},"reader":"mapping 1","said":{}}');
INSERT INTO "readings" VALUES(3,'data/example/contacts.csv','{"mapping":null,"mappings":{"(athletes)":"325762a28b4dc543","(bar_speed)":"3dad1c7e4cec4374","(contacts)":"e8a4f874653473d7","(cues)":"5d580f00f4a9145f","(plan)":"3f837250fe43367b","(screens)":"fc6b9ae18451d037","(session_rpe)":"50b2203e03b2b2a2","(splits)":"ffc007efd1ab1ab4","(wellness)":"f2a5e618d22bb5d4"},"reader":"mapping 1","said":{}}');
CREATE TABLE rejects (
	file_no INTEGER NOT NULL, 
	sheet VARCHAR NOT NULL, 
	row_no INTEGER NOT NULL, 
	"column" VARCHAR NOT NULL, 
	"check" VARCHAR NOT NULL, 
	raw VARCHAR, 
	reason VARCHAR NOT NULL, 
	PRIMARY KEY (file_no, sheet, row_no, "column", "check")
)
 WITHOUT ROWID

;
CREATE TABLE reps (
	athlete_id VARCHAR NOT NULL, 
	session_id VARCHAR NOT NULL, 
	set_no INTEGER NOT NULL, 
	rep_no INTEGER NOT NULL, 
	mean_velocity_m_s FLOAT, 
	mean_propulsive_velocity_m_s FLOAT, 
	peak_velocity_m_s FLOAT, 
	rom_m FLOAT, 
	power_w FLOAT, 
	hinge_angle_deg FLOAT, 
	form_flags VARCHAR, 
	rater VARCHAR, 
	device VARCHAR, 
	file_no INTEGER NOT NULL, 
	row_no INTEGER NOT NULL, 
	PRIMARY KEY (athlete_id, session_id, set_no, rep_no)
)
 WITHOUT ROWID

;
INSERT INTO "reps" VALUES('c9wh','024ad1b0c20cb308',1,1,0.575,NULL,NULL,NULL,NULL,NULL,NULL,NULL,'encoder one',2,4600);
INSERT INTO "reps" VALUES('c9wh','024ad1b0c20cb308',1,2,0.579,NULL,NULL,NULL,NULL,NULL,NULL,NULL,'encoder one',2,4601);
INSERT INTO "reps" VALUES('c9wh','024ad1b0c20cb308',1,3,0.583,NULL,NULL,NULL,NULL,NULL,NULL,NULL,'encoder one',2,4602);
CREATE TABLE revisions (
	athlete_id VARCHAR NOT NULL, 
	file_no INTEGER NOT NULL, 
	table_name VARCHAR NOT NULL, 
	row_key VARCHAR NOT NULL, 
	"before" VARCHAR NOT NULL, 
	"after" VARCHAR NOT NULL, 
	PRIMARY KEY (athlete_id, file_no, table_name, row_key)
)
 WITHOUT ROWID

;
CREATE TABLE runs (
	athlete_id VARCHAR NOT NULL, 
	session_id VARCHAR NOT NULL, 
	sport VARCHAR NOT NULL, 
	activity VARCHAR, 
	distance_m FLOAT, 
	timer_s FLOAT, 
	elapsed_s FLOAT, 
	mean_heart_rate_bpm FLOAT, 
	device VARCHAR, 
	left_out VARCHAR, 
	file_no INTEGER NOT NULL, 
	row_no INTEGER NOT NULL, 
	PRIMARY KEY (athlete_id, session_id)
)
 WITHOUT ROWID

;
INSERT INTO "runs" VALUES('h3jp','004f87a004d6b97d','Running','running',6532.35,2480.0,2480.0,1.38987951807228910178e+02,'Example watch',NULL,14,0);
INSERT INTO "runs" VALUES('h3jp','079ed8693b71297b','Running','running',13417.11,5.04999999999999909031e+03,5050.0,1.49148221343873530028e+02,'Example watch',NULL,18,0);
INSERT INTO "runs" VALUES('h3jp','183149e312ca4169','Running','running',10714.99,4180.0,4180.0,1.35565632458233892515e+02,'Example watch',NULL,15,0);
CREATE TABLE sample_files (
	athlete_id VARCHAR NOT NULL, 
	session_id VARCHAR NOT NULL, 
	sha256 VARCHAR NOT NULL, 
	path VARCHAR NOT NULL, 
	rows INTEGER NOT NULL, 
	PRIMARY KEY (athlete_id, session_id, sha256)
)
 WITHOUT ROWID

;
INSERT INTO "sample_files" VALUES('h3jp','004f87a004d6b97d','2b41d66f3ac94b64ff076aaccb169b07dbdecc488e320c224406cfd90a3dbc80','athlete_id=h3jp/2b41d66f3ac94b64ff076aaccb169b07dbdecc488e320c224406cfd90a3dbc80.parquet',249);
INSERT INTO "sample_files" VALUES('h3jp','079ed8693b71297b','4eca1e26acc7222be6b50944d74437a6ab521ea24328834bc6d002d2f1f8f6c3','athlete_id=h3jp/4eca1e26acc7222be6b50944d74437a6ab521ea24328834bc6d002d2f1f8f6c3.parquet',506);
INSERT INTO "sample_files" VALUES('h3jp','183149e312ca4169','f5ff5a6689fecdfe725af96244fab5692744adcc6258065dcfec044bc1191172','athlete_id=h3jp/f5ff5a6689fecdfe725af96244fab5692744adcc6258065dcfec044bc1191172.parquet',419);
CREATE TABLE sessions (
	athlete_id VARCHAR NOT NULL, 
	session_id VARCHAR NOT NULL, 
	source VARCHAR NOT NULL, 
	source_key VARCHAR NOT NULL, 
	start_utc VARCHAR, 
	start_local VARCHAR, 
	utc_offset_s FLOAT, 
	tz_quality VARCHAR NOT NULL, 
	local_date VARCHAR NOT NULL, 
	kind VARCHAR NOT NULL, 
	role VARCHAR, 
	duration_s FLOAT, 
	rpe_cr10 FLOAT, 
	status VARCHAR NOT NULL, 
	title VARCHAR, 
	notes VARCHAR, 
	file_no INTEGER NOT NULL, 
	row_no INTEGER NOT NULL, 
	PRIMARY KEY (athlete_id, session_id)
)
 WITHOUT ROWID

;
INSERT INTO "sessions" VALUES('c9wh','008b3d3b164fcaef','template','2026-04-25|other|1',NULL,NULL,NULL,'none','2026-04-25','other',NULL,NULL,NULL,'rest',NULL,NULL,7,1051);
INSERT INTO "sessions" VALUES('c9wh','00f2aa33360aa012','template','2026-06-12|strength|1',NULL,NULL,NULL,'none','2026-06-12','strength','day_5',3960.0,6.0,'done',NULL,NULL,7,1094);
INSERT INTO "sessions" VALUES('c9wh','01463199ba0958e0','template','2026-06-28|other|1',NULL,NULL,NULL,'none','2026-06-28','other',NULL,NULL,NULL,'rest',NULL,NULL,7,1110);
CREATE TABLE sets (
	athlete_id VARCHAR NOT NULL, 
	session_id VARCHAR NOT NULL, 
	set_no INTEGER NOT NULL, 
	exercise VARCHAR, 
	exercise_raw VARCHAR NOT NULL, 
	side VARCHAR NOT NULL, 
	set_kind VARCHAR NOT NULL, 
	load_kg FLOAT, 
	load_raw VARCHAR, 
	unit_raw VARCHAR, 
	reps FLOAT, 
	rpe_cr10 FLOAT, 
	rir FLOAT, 
	tempo VARCHAR, 
	duration_s FLOAT, 
	distance_m FLOAT, 
	rest_s FLOAT, 
	notes VARCHAR, 
	video_url VARCHAR, 
	file_no INTEGER NOT NULL, 
	row_no INTEGER NOT NULL, 
	PRIMARY KEY (athlete_id, session_id, set_no)
)
 WITHOUT ROWID

;
INSERT INTO "sets" VALUES('c9wh','024ad1b0c20cb308',1,'single_leg_romanian_deadlift','Single Leg Romanian Deadlift (Dumbbell)','L','work',20.0,'20.0','kg',3.0,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,2,4600);
INSERT INTO "sets" VALUES('c9wh','024ad1b0c20cb308',2,'single_leg_romanian_deadlift','Single Leg Romanian Deadlift (Dumbbell)','R','work',20.0,'20.0','kg',3.0,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,2,4603);
INSERT INTO "sets" VALUES('c9wh','045861c4cf216492',1,'romanian_deadlift','Romanian Deadlift (Barbell)','B','work',35.0,'35.0','kg',3.0,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,2,4125);
CREATE TABLE source_rows (
	file_no INTEGER NOT NULL, 
	sheet VARCHAR NOT NULL, 
	row_no INTEGER NOT NULL, 
	raw VARCHAR NOT NULL, 
	row_hash VARCHAR NOT NULL, 
	occurrence INTEGER NOT NULL, 
	became VARCHAR NOT NULL, 
	PRIMARY KEY (file_no, sheet, row_no)
)
 WITHOUT ROWID

;
INSERT INTO "source_rows" VALUES(1,'',1,'["Alder", "h3jp", "F", "2001", "report squad body_mass delivery", "", "A01"]','de168c36a4fc50fd',1,'taken');
INSERT INTO "source_rows" VALUES(1,'',2,'["Birch", "k6fv", "M", "1999", "report squad body_mass", "", "A02"]','5c65d25aff16e0d6',1,'taken');
INSERT INTO "source_rows" VALUES(1,'',3,'["Cedar", "s4fp", "M", "2003", "report squad body_mass", "", "A03"]','f96dd65944fbfc25',1,'taken');
CREATE TABLE splits (
	athlete_id VARCHAR NOT NULL, 
	session_id VARCHAR NOT NULL, 
	trial_no INTEGER NOT NULL, 
	split_no INTEGER NOT NULL, 
	test_id VARCHAR, 
	kind VARCHAR NOT NULL, 
	start_m FLOAT, 
	distance_m FLOAT, 
	time_s FLOAT, 
	device VARCHAR, 
	file_no INTEGER NOT NULL, 
	row_no INTEGER NOT NULL, 
	PRIMARY KEY (athlete_id, session_id, trial_no, split_no)
)
 WITHOUT ROWID

;
INSERT INTO "splits" VALUES('c9wh','0fd97a56d99843be',1,1,'time_trial_400m','manual',0.0,400.0,65.0,'stopwatch',8,565);
INSERT INTO "splits" VALUES('c9wh','11a4da5ab5c54530',1,1,'sprint_20m','gate',0.0,5.0,1.095,'gates',8,580);
INSERT INTO "splits" VALUES('c9wh','11a4da5ab5c54530',1,2,'sprint_20m','gate',5.0,5.0,0.743,'gates',8,581);
CREATE TABLE store_facts (
	name VARCHAR NOT NULL, 
	value VARCHAR, 
	PRIMARY KEY (name)
);
INSERT INTO "store_facts" VALUES('store_id','a42d2d3dcb7f4f3b869252a59513ac11');
INSERT INTO "store_facts" VALUES('schema_version','4');
INSERT INTO "store_facts" VALUES('made_by','0.2.0');
CREATE TABLE trials (
	athlete_id VARCHAR NOT NULL, 
	local_date VARCHAR NOT NULL, 
	test_id VARCHAR NOT NULL, 
	trial_no INTEGER NOT NULL, 
	side VARCHAR NOT NULL, 
	metric VARCHAR NOT NULL, 
	value FLOAT NOT NULL, 
	unit VARCHAR NOT NULL, 
	method VARCHAR, 
	rater VARCHAR, 
	device VARCHAR, 
	file_no INTEGER NOT NULL, 
	row_no INTEGER NOT NULL, 
	PRIMARY KEY (athlete_id, local_date, test_id, trial_no, side, metric)
)
 WITHOUT ROWID

;
INSERT INTO "trials" VALUES('c9wh','2026-01-07','active_straight_leg_raise',1,'L','angle',77.3,'deg','lying, inclinometer','coach',NULL,6,1173);
INSERT INTO "trials" VALUES('c9wh','2026-01-07','active_straight_leg_raise',1,'R','angle',80.6,'deg','lying, inclinometer','coach',NULL,6,1175);
INSERT INTO "trials" VALUES('c9wh','2026-01-07','active_straight_leg_raise',2,'L','angle',78.3,'deg','lying, inclinometer','coach',NULL,6,1174);
CREATE TABLE verdicts_before (
	athlete_id VARCHAR NOT NULL, 
	subject VARCHAR NOT NULL, 
	state VARCHAR, 
	PRIMARY KEY (athlete_id, subject)
)
 WITHOUT ROWID

;
INSERT INTO "verdicts_before" VALUES('h3jp','romanian_deadlift.speed_at_40kg','no detectable change');
CREATE TABLE waiting (
	file_no INTEGER NOT NULL, 
	external_name VARCHAR NOT NULL, 
	source VARCHAR NOT NULL, 
	rows INTEGER NOT NULL, 
	PRIMARY KEY (file_no, external_name)
)
 WITHOUT ROWID

;
CREATE TABLE wellness (
	athlete_id VARCHAR NOT NULL, 
	local_date VARCHAR NOT NULL, 
	item VARCHAR NOT NULL, 
	source VARCHAR NOT NULL, 
	value FLOAT NOT NULL, 
	scale_min FLOAT, 
	scale_max FLOAT, 
	direction VARCHAR NOT NULL, 
	file_no INTEGER NOT NULL, 
	row_no INTEGER NOT NULL, 
	PRIMARY KEY (athlete_id, local_date, item, source)
)
 WITHOUT ROWID

;
INSERT INTO "wellness" VALUES('c9wh','2026-01-05','energy','template',4.0,1.0,5.0,'higher_better',9,4683);
INSERT INTO "wellness" VALUES('c9wh','2026-01-05','resting_heart_rate_bpm','template',54.0,NULL,NULL,'neutral',9,4685);
INSERT INTO "wellness" VALUES('c9wh','2026-01-05','sleep','template',7.0,1.0,10.0,'higher_better',9,4681);
CREATE UNIQUE INDEX files_by_hash ON files (sha256);
CREATE INDEX named_by_file ON named (file_no);
COMMIT;
