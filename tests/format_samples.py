"""A file of every format, in its own dialect, with invented data; each begins with what the format is known by."""

from pathlib import Path

STRONGLIFTS = (
    "\ufeffDate (yyyy/mm/dd),Workout,Workout Name,Program Name,Body Weight (KG),Exercise,Sets×Reps,"
    "Duration (hours),Start Time (h:mm),End Time (h:mm),Notes,"
    "Set 1 (Reps),Set 1 (LB),Set 2 (Reps),Set 2 (LB),Set 3 (Reps),Set 3 (LB)\n"
    '2026/03/02,1,"A","5×5",70,"Deadlift",5/4/-,0.75,6:05 PM,6:50 PM,"slept well",5,225,4,225,0,225\n'
    '2026/03/02,1,"A","5×5",70,"Squat",5/5,0.75,6:05 PM,6:50 PM,"",5,185,5,185,,\n'
)
GYMBOOK = (
    "Data,Programma,Orario,Esercizio,Zona,Gruppi muscolari (Primari),Gruppi muscolari (Secondari),"
    "Set / Set di riscaldamento / Set di defaticamento,Ripetizioni / Tempo,Peso / Distanza,Appunti,Saltato\n"
    '02/03/26,Catena,18:05,Stacco da terra,Gambe,,,Set di riscaldamento,8 ripetizioni,"60,00 kg",,No\n'
    '02/03/26,Catena,18:10,Stacco da terra,Gambe,,,Set,5 ripetizioni,"102,50 kg",piedi stretti,No\n'
    "02/03/26,Catena,18:20,Plank,Core,,,Set,45 s,,,No\n"
    '02/03/26,Catena,18:25,Stacco da terra,Gambe,,,Set,5 ripetizioni,"0,00 kg",,Sì\n'
)
POWERLIFTING = (
    "Name,Sex,Event,Equipment,Division,BodyweightKg,WeightClassKg,Squat1Kg,Squat2Kg,Squat3Kg,Best3SquatKg,"
    "Bench1Kg,Bench2Kg,Bench3Kg,Best3BenchKg,Deadlift1Kg,Deadlift2Kg,Deadlift3Kg,Best3DeadliftKg,TotalKg,Place,Date\n"
    "Alder,F,SBD,Raw,Open,68.4,69,100,110,-115,110,55,60,-62.5,60,130,140,-150,140,310,1,2026-03-07\n"
    "Alder,F,SBD,Raw,Juniors,68.4,69,100,110,-115,110,55,60,-62.5,60,130,140,-150,140,310,1,2026-03-07\n"
    "Birch,M,SBD,Raw,Open,131,125+,-180,-180,-180,,,,,,,,,,,DQ,2026-03-07\n"
)
GARMIN = (
    "Activity Type,Date,Favorite,Title,Distance,Calories,Time,Avg HR,Steps,Moving Time,Elapsed Time\n"
    'Running,2026-03-02 07:10:05,false,"Lunch, easy","10,05","640","00:55:10","148","9.812","00:55:02","00:56:00"\n'
    'Strength Training,2026-03-03 18:00:00,false,"Hinge","0,00","210","00:48:00","--","--","--:--:--","00:48:00"\n'
    'Pool Swimming,2026-03-04 07:00:00,false,"Lanes","1.500","400","00:32:00","--","--","00:31:00","00:32:00"\n'
)
GARMIN_FRENCH = (
    "Type d'activité,Date,Favori,Titre,Distance,Calories,Durée,Fréquence cardiaque moyenne,Temps de déplacement\n"
    'Course à pied,2026-03-02 07:10:05,false,"Sortie","3.95","407","00:35:20","151","00:35:08"\n'
)
STRAVA = (
    "Activity ID,Activity Date,Activity Name,Activity Type,Activity Description,Elapsed Time,Distance,"
    "Max Heart Rate,Filename,Athlete Weight,Elapsed Time,Moving Time,Distance,Average Heart Rate\n"
    '9001,"Mar 2, 2026, 6:10:05 PM",Evening loop,Run,,3360,10.05,171,activities/9001.gpx.gz,,3360.5,3302,10049.6,148\n'
    '9002,"Mar 3, 2026, 6:00:00 AM",Ride to the moor,Ride,,7200,40.20,,,,7200.0,7000.0,40201.3,\n'
    '9003,"Mar 4, 2026, 6:00:00 PM",Hinge,Weight Training,,2700,0.00,,,,2700.0,2700.0,0.0,\n'
)
FREELAP_FRENCH = (
    "Date;Heure;Athlète;Exercice;Distance (m);Course;Temps total (s);10m (s);20m (s);30m (s)\n"
    "02/03/2026;23:50;Alder;Sprint;30;1;4,31;1,82;3,12;4,31\n"
    "03/03/2026;00:04;Alder;Sprint;30;2;4,27;1,80;3,09;4,27\n"
)
FREELAP_US = (
    "Date,Time,Athlete,Exercise,Distance (m),Run,Total time (s),10m (s),20m (s)\n"
    "3/14/2026,6:05 PM,Birch,Sprint,20,1,3.10,1.81,1.29\n"
    "3/14/2026,6:12 PM,Birch,Sprint,20,2,3.55,1.81,1.29\n"
)
SPRINTS_WIDE = (
    "Athlete,Date,Bodyweight,5m,10m,20m\nAlder,2026-03-02,70,1.10,1.86,3.15\nAlder,2026-03-02,70,1.12,,3.19\n"
    "Birch,2026-03-02,80,1.10,1.05,3.15\n"
)
SPRINTS_LONG = (
    "athlete,date,distance,time\nAlder,2026-03-02,5,1.1\nAlder,2026-03-02,10,1.86\nAlder,2026-03-02,5,1.12\n"
    "Alder,2026-03-02,10,1.89\nBirch,2026-03-02,10,190\n"
)
LASER = "time,distance,velocity\n0,0,0.2\n0.01,0.002,0.4\n0.02,0.006,-0.1\n0.03,0.012,0.9\n"
HRV4TRAINING_IOS = (
    "timestamp_measurement,HR,AVNN,SDNN,rMSSD,pNN50,LF,HF,HRV4T_Recovery_Points\n"
    "2026-03-01 23:30:00 +0000,48.2,1244,80.1,61.5,40,0.04,0.03,8.1\n"
)
HRV4TRAINING_ANDROID = (
    "date, time, HR,AVNN,SDNN,rMSSD,pNN50,LF,HF,HRV4T_Recovery_Points,training, sleep_quality\n"
    "2026-25-03,06:10,50.5,1188,70.2,55.5,30,0.04,0.03,7.7,easy,8,\n"
    "2026-26-03,06:20,0.0,0.0,0.0,0.0,0.0,0.0,0.0,,rest,,\n"
    "2026-01-04,06:15,52.0,1150,66.0,50.5,28,0.04,0.03,7.5,easy,7,\n"
)
ELITE_HRV = (
    "\ufeffMember,Date,Datetime,Type,HRV,lnRmssd,Rmssd,Nn50,Pnn50,Sdnn,Score,Indication,Balance,HR\r"
    "Alder,2026-03-02,2026-03-02 06:10:00,readiness,58,3.8,44.7,30,20,60,8,,,51\r"
    "Alder,2026-03-02,2026-03-02 20:10:00,open,49,3.2,24.5,9,8,41,,,,66\r"
)
WHOOP = (
    "Cycle start time,Cycle end time,Cycle timezone,Recovery score %,Resting heart rate (bpm),"
    "Heart rate variability (ms),Day Strain,Sleep onset,Wake onset,Sleep performance %,Respiratory rate (rpm),"
    "Asleep duration (min)\n"
    "2026-03-29 22:40:00,,UTC+02:00,61,50,48,,2026-03-29 22:40:00,2026-03-30 06:50:00,95,14.2,450\n"
    "2026-03-28 22:30:00,2026-03-29 22:40:00,UTC+01:00,40,55,39,12.4,2026-03-28 22:30:00,"
    "2026-03-29 06:15:00,80,14.8,405\n"
)
OURA = (
    "date,Sleep Score,Total Sleep Duration,Average HRV,Lowest Resting Heart Rate,Readiness Score,Steps\n"
    "2026-03-02,84,27000,52,47,88,9000\n2026-03-03,,,,,,4000\n"
)
BODY_MEASURES = (
    "date,weightkg,fatkg,boneskg,musclekg,leankg,fatpercent,comment\n"
    '2026-03-02T06:00:00Z,70.2,12.0,3.1,0,58.2,17.1,"after a run, thirsty"\n'
)
OURA_NIGHTS = (
    "id;average_breath;average_hrv;bedtime_end;day;lowest_heart_rate;total_sleep_duration;type\n"
    "a;14.2;65;2026-06-01T06:30:00+02:00;2026-06-01;48;25200;long_sleep\n"
    "b;0;0;2026-06-01T15:00:00+02:00;2026-06-01;0;1200;sleep\nc;;;;2026-06-02;0;0;deleted\n"
)
OURA_API = (
    "average_hrv,bedtime_end,lowest_heart_rate,readiness,total_sleep_duration,type\n"
    "65.0,2026-06-01T07:00:00-05:00,48,\"{'contributors': {'hrv_balance': None}, 'score': 57}\",25200,long_sleep\n"
    "60.0,2026-06-02T07:00:00-05:00,50,\"{'contributors': {}, 'score': None}\",18000,long_sleep\n"
)
OURA_READINESS = (
    "id;contributors;day;score;temperature_deviation;timestamp\n"
    'b;{"hrv_balance": 80, "body_temperature": 90};2026-06-01;81;-0.2;2026-06-01T07:00:00+00:00\n'
)
OURA_SLEEP_SCORE = 'day,score,contributors\n2026-06-01,77,"{""efficiency"":70}"\n'
FITBIT_SLEEP_SCORE = (
    "sleep_log_entry_id,timestamp,overall_score,duration_score,resting_heart_rate\n"
    "3,2026-06-02T22:40:30Z,80,44,51\n2,2026-06-01T12:00:00Z,40,9,52\n1,2026-06-01T04:10:00Z,75,40,52\n"
)
FITBIT_READINESS = "date,readiness_score_value,readiness_state,activity_state\n2026-06-01,81.0,HIGH,LOW\n"
FITBIT_HRV = "timestamp,rmssd,nremhr,entropy\n2026-06-01T00:00:00,42.3,55.0,2.1\n"
FITBIT_RESPIRATION = "timestamp,daily_respiratory_rate\n2026-06-01T00:00:00,15.2\n"
FITBIT_RESTING_HEART_RATE = """[{"dateTime": "06/01/26 00:00:00",
"value": {"date": "06/01/26", "value": 51.25, "error": 6.0}},
{"dateTime": "06/02/26 00:00:00", "value": {"date": null, "value": 0.0, "error": 0.0}}]"""
FITBIT_SLEEP = '[{"logId": 1, "dateOfSleep": "2026-06-01", "minutesAsleep": 402, "mainSleep": true}]'
GARMIN_ARCHIVE = """[{"summarizedActivitiesExport": [{"activityId": 5, "name": "Loop", "activityType": "running",
"beginTimestamp": 1780300800000, "startTimeLocal": 1780308000000.0, "duration": 2400000.0,
"elapsedDuration": 2460000.0, "distance": 800000.0, "avgHr": 148.0, "calories": 2514.0}]}]"""
GARMIN_DAYS = """[{"calendarDate": "2026-06-01", "totalSteps": 9000, "restingHeartRate": 47, "allDayStress":
{"aggregatorList": [{"type": "AWAKE", "averageStressLevel": 31}, {"type": "TOTAL", "averageStressLevel": 25}]}}]"""
GARMIN_SLEEP = """[{"calendarDate": "2026-06-02", "deepSleepSeconds": 3600, "lightSleepSeconds": 14400,
"remSleepSeconds": 5400, "sleepScores": {"overallScore": 81}}]"""
GARMIN_HEALTH = """[{"calendarDate": "2026-06-02", "metrics": [{"type": "HRV", "value": 61.0},
{"type": "HR", "value": 45.0}]}]"""
SAMSUNG = (
    "\ufeffcom.samsung.shealth.exercise,6307003,17\n"
    + ",".join(
        f"com.samsung.health.exercise.{name}"
        for name in (
            "start_time",
            "end_time",
            "duration",
            "distance",
            "exercise_type",
            "mean_heart_rate",
            "time_offset",
        )
    )
    + "\n2026-06-01 20:05:33.250,2026-06-01 20:37:10.000,1897000,5230.5,1002,158.2,UTC+0900,\n"
    "2026-06-02 03:00:00.000,2026-06-02 03:20:00.000,1200000,,99999,,UTC-0330,\n"
)
POLAR = """{"exportVersion": "2.6", "startTime": "2026-06-01T10:00:00.000", "timeZoneOffset": -210, "exercises":
[{"startTime": "2026-06-01T10:00:00.000", "duration": "PT1M3.5S", "sport": "TRAIL_RUNNING", "samples":
{"heartRate": [{"dateTime": "2026-06-01T10:00:00.000", "value": 130}, {"dateTime": "2026-06-01T10:00:02.000",
"value": 150}], "speed": [{"dateTime": "2026-06-01T10:00:01.000", "value": 10.8}, {"dateTime":
"2026-06-01T10:00:02.000", "value": NaN}], "distance": [{"dateTime": "2026-06-01T10:00:02.000", "value": 8.5}]}}]}"""
SUUNTO = """{"DeviceLog": {"Header": {"Activity": "Trail running", "ActivityType": 22, "Distance": 60,
"DateTime": "2026-06-01T18:03:13.000+02:00", "Duration": 18.0, "TimeISO8601": "2026-06-01T18:03:33.000+02:00"},
"Samples": [{"HR": 2.0, "Speed": 3.1, "TimeISO8601": "2026-06-01T18:03:13.000+02:00"}, {"HR": 2.05, "Speed": null,
"TimeISO8601": "2026-06-01T18:03:23.000+02:00"}, {"Events": [], "TimeISO8601": "2026-06-01T18:03:33.000+02:00"}],
"Windows": [{"Window": {"Type": "Lap", "Distance": 60, "Duration": 18.0}}]}}"""

# reader -> the name of a file and its text; readers with several dialects have several
FILES: dict[str, tuple[tuple[str, str], ...]] = {
    "stronglifts": (("stronglifts.csv", STRONGLIFTS),),
    "gymbook": (("gymbook.csv", GYMBOOK),),
    "powerlifting": (("meet.csv", POWERLIFTING),),
    "garmin_csv": (("activities.csv", GARMIN), ("activites.csv", GARMIN_FRENCH)),
    "strava": (("activities.csv", STRAVA),),
    "freelap": (("freelap_fr.csv", FREELAP_FRENCH), ("freelap_us.csv", FREELAP_US)),
    "sprints": (("wide.csv", SPRINTS_WIDE), ("long.csv", SPRINTS_LONG)),
    "laser": (("laser_2026-03-02.csv", LASER),),
    "hrv4training_ios": (("ios.csv", HRV4TRAINING_IOS),),
    "hrv4training_android": (("android.csv", HRV4TRAINING_ANDROID),),
    "elite_hrv": (("elite.csv", ELITE_HRV),),
    "whoop": (("physiological_cycles.csv", WHOOP),),
    "oura": (("oura.csv", OURA),),
    "oura_nights": (("sleepmodel.csv", OURA_NIGHTS),),
    "oura_api": (("oura_sleep.csv", OURA_API),),
    "oura_readiness": (("dailyreadiness.csv", OURA_READINESS),),
    "oura_sleep_score": (("dailysleep.csv", OURA_SLEEP_SCORE),),
    "fitbit_sleep_score": (("sleep_score.csv", FITBIT_SLEEP_SCORE),),
    "fitbit_readiness": (("Daily Readiness Score - 2026-06-01.csv", FITBIT_READINESS),),
    "fitbit_hrv": (("Daily Heart Rate Variability Summary - 2026-06-01.csv", FITBIT_HRV),),
    "fitbit_respiration": (("Daily Respiratory Rate Summary - 2026-06-01.csv", FITBIT_RESPIRATION),),
    "body_measures": (("body.csv", BODY_MEASURES),),
}

# the same of exports that are no table with its header above: JSON, and a table below its name
ACCOUNTS: dict[str, tuple[str, str]] = {
    "garmin_archive": ("1_summarizedActivities.json", GARMIN_ARCHIVE),
    "garmin_days": ("UDSFile_2026-06-01.json", GARMIN_DAYS),
    "garmin_sleep": ("1_sleepData.json", GARMIN_SLEEP),
    "garmin_health": ("1_healthStatusData.json", GARMIN_HEALTH),
    "fitbit_resting_heart_rate": ("resting_heart_rate-2026-06-01.json", FITBIT_RESTING_HEART_RATE),
    "fitbit_sleep": ("sleep-2026-06-01.json", FITBIT_SLEEP),
    "samsung_health": ("com.samsung.shealth.exercise.20260602.csv", SAMSUNG),
    "polar": ("training-session-2026-06-01.json", POLAR),
    "suunto": ("suunto.json", SUUNTO),
}

# readers whose files are written by another test
ELSEWHERE = {
    **dict.fromkeys((*ACCOUNTS, "archive"), "`test_watch_exports.py`"),
    **dict.fromkeys(("fit", "tcx", "gpx", "apple_health"), "`test_watch_files.py`"),
    **dict.fromkeys(("hevy", "strong", "fitnotes"), "`test_tables_in.py`"),
    "mapping": "`test_mapping.py`, `test_suggest.py`",
}


def written(folder: Path, name: str, text: str) -> Path:
    """The file `name` with `text` in `folder`."""
    path = folder / name
    path.write_bytes(text.encode())
    return path
