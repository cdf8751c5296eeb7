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
LIFTOSAUR = (
    "Workout DateTime,Program,Day Name,Exercise,Is Warmup Set?,Required Reps,Completed Reps,Is AMRAP?,Required RPE,"
    "Completed RPE,Log RPE?,Required Weight Value,Required Weight Unit,Completed Weight Value,Completed Weight Unit,"
    "Ask Weight?,Completed Reps Time,Target Muscles,Synergist Muscles,Notes\n"
    '2026-03-04T22:45:10.120Z,Hinge,Day 2,"Romanian Deadlift, Barbell",1,5,5,0,,,0,40,kg,40,kg,0,'
    '2026-03-04T22:47:00.000Z,Hamstrings,"Gluteus Maximus,Erector Spinae",\n'
    '2026-03-04T22:45:10.120Z,Hinge,Day 2,"Romanian Deadlift, Barbell",0,8,7,1,8,8.5,1,100,kg,102.5,kg,0,'
    '2026-03-04T22:51:00.000Z,Hamstrings,"Gluteus Maximus,Erector Spinae",bar drifted\n'
    '2026-03-04T22:45:10.120Z,Hinge,Day 2,"Hip Thrust, Leverage Machine",0,10,,0,,,0,140,kg,,,0,,Gluteus Maximus,,\n'
    "2026-03-02T17:00:00.000Z,Hinge,Day 1,Kettlebell Swing,0,15,15,0,,,0,53,lb,53,lb,0,,Gluteus Maximus,,\n"
)
LIFTLOG = (
    "SessionId,Timestamp,Exercise,Weight,WeightUnit,Reps,TargetReps,Notes\n"
    "s-1,2026-03-02T23:30Z,Deadlift,120.5,kg,5,5,\n"
    "s-1,2026-03-02T23:36Z,Hip Thrust,225,lbs,8,10,slow down\n"
    "s-1,2026-03-02T23:40Z,Nordic Curl,,,6,6,\n"
)
LIFTLOG_JSON = """[{"id": "s-2", "date": "2026-03-03", "blueprint": {"name": "Hinge", "notes": "light"},
  "recordedExercises": [
   {"type": "RecordedWeightedExercise", "blueprint": {"name": "Deadlift"}, "notes": null, "potentialSets": [
     {"set": {"completionDateTime": "2026-03-02T23:30:00Z", "repsCompleted": 5},
      "weight": {"unit": "kilograms", "value": "120.50"}},
     {"weight": {"unit": "kilograms", "value": "120.50"}}]},
   {"type": "RecordedCardioExercise", "blueprint": {"name": "Rowing"}, "sets": [
     {"completionDateTime": "2026-03-02T23:50:00Z", "duration": "PT10M30S",
      "distance": {"value": "2.5", "unit": "kilometre"}}]}]}]
"""
REPCOUNT = (
    "Workout Start,Workout End,Exercise,Weight,Reps,Notes,Kcal,Distance,Duration,Category,Name,Bodyweight\n"
    '2026-03-02 14:11,2026-03-02 15:08,"Deadlift ",100,8,"",,,,Back,"Pull ",\n'
    '2026-03-02 14:11,2026-03-02 15:08,"Hip Thrust",120,10,"even",,,,Glutes,"Pull ",\n'
    '2026-03-02 14:11,2026-03-02 15:08,"Rowing",,,"",40,1.0,300,Cardio,"Pull ",\n'
    '2026-03-03 08:00,2026-03-03 08:45,"Outdoor run",,,"",320,3.1,2700,Cardio,"Run",\n'
)
ALPHA_PROGRESSION = """
"Legs · Day 2";"2026-03-04 4:54 h";"1:02 hr"
"1. Romanian Deadlifts · Barbell · 8 reps";"WU1 · 37,5 kg · 9 reps<br>WU2 · 72,5 kg · 7 reps"
#;KG;REPS;RIR
1;115;8;1,5
2;115;-;-
"2. Hyperextensions · Bodyweight · 10 reps · 2 dropsets"
#;KG;REPS;RIR
1;+12,5;10;0

"Push · Day 1";"2026-03-02 5:04 h";"48 min"
"1. Hip Thrusts · Machine · 6 reps"
#;LB;REPS
1;220;6
"2. Planks · Bodyweight · 40 secs"
#;KG;SECS
1;+0;45
"""
JEFIT = """### SETTING ##########

row_id,USERID,TIMESTAMP,mass,gender
1,1,"2026-03-09 00:00:00"," lbs",F


######################

### WORKOUT SESSIONS ###

_id,mydate,starttime,total_time
900,2026-03-02,1772488800,3600


######################

### EXERCISE LOGS ######

USERID,TIMESTAMP,logs,_id,record,mydate,eid,ename,belongsession
1,"2026-03-09 00:00:00","135x10,225.5x5,225.5x0",1,270,2026-03-02,21,"Barbell Deadlift",900
1,"2026-03-09 00:00:00","0x12",2,0,2026-03-05,22,"Hyperextension",0


######################
"""
FASTNFITNESS = (
    "TABLE,DATE,TIME,EXERCISE,EXERCISE_TYPE,SETS,REPS,WEIGHT,WEIGHT_UNIT,SECONDS,DISTANCE,DISTANCE_UNIT,DURATION,NOTES,"
    "RECORD_TYPE,PROGRAM_NAME,TEMPLATE_REST_TIME,TEMPLATE_ORDER,TEMPLATE_SETS,TEMPLATE_REPS,TEMPLATE_WEIGHT,"
    "TEMPLATE_WEIGHT_UNIT,TEMPLATE_SECONDS,TEMPLATE_DISTANCE,TEMPLATE_DISTANCE_UNIT,TEMPLATE_DURATION,"
    "TEMPLATE_RECORD_STATUS\n"
    "RECORD,2026-03-04,18:20:00,Treadmill,CARDIO,1,0,0.0,kg,0,2.5,km,900000,,FREE_RECORD\n"
    "RECORD,2026-03-02,18:30:00,Hip Thrust,STRENGTH,1,8,220.0,lbs,0,0.0,km,0,,FREE_RECORD\n"
    "RECORD,2026-03-02,18:10:00,Deadlift,STRENGTH,3,5,100.0,kg,0,0.0,km,0,felt light,FREE_RECORD\n"
)
BOOSTCAMP = (
    "id,created_at,week,day,records,user_notes,title,duration\n"
    'b-1,9/3/2026 18:35:44.588+00,1,2,"[{""name"": ""Deadlift"", ""sets"": [{""value"": 100, ""amount"": ""5"", '
    '""weight_unit"": ""kg""}, {""value"": 110, ""amount"": ""5+"", ""weight_unit"": ""kg""}, {""value"": 110, '
    '""amount"": ""0"", ""weight_unit"": ""kg""}]}]",grip slipped,Pull,3600\n'
)
OPENBARBELL = (
    "Exercise,Set,Rep,Weight,Metric,Set RPE,Tags,Workout Start Time,Rest Time,Avg Velocity (m/s),Range of Motion (mm),"
    "Peak Velocity (m/s),Peak Velocity Location (%),Duration of rep (sec)\n"
    '"Deadlift",1,1,"225.0","lbs","0.0","warmup","2/3/2026, 12:05:44 AM","00:00:00",0.71,520,1.02,80,1.1\n'
    '"Deadlift",1,3,"225.0","lbs","0.0","warmup","2/3/2026, 12:05:44 AM","00:00:00",0.69,518,1.00,81,1.1\n'
    '"Deadlift",2,1,"315.0","lbs","8.5","","2/3/2026, 12:05:44 AM","00:03:10.2",0.48,515,0.77,84,1.5\n'
    '"Hip Thrust",1,1,"100.0","kgs","1575.0","","2/3/2026, 12:05:44 AM","00:04:00",0.55,300,0.81,60,1.0\n'
    '"Deadlift",1,1,"225.0","lbs","0.0","","2/3/2026, 12:05:44 AM","00:05:00",0.66,519,0.98,80,1.2\n'
)
PERCH = """{"users": [{"id": 7, "first_name": "Alder", "last_name": "Green"}],
 "exercises": [{"id": 3, "name": "Deadlift"}], "sets": [
  {"id": 51, "deleted": false, "user_id": 7, "exercise_id": 3, "weight": 225, "tracked": true, "bands_used": true,
   "start_time": 1772489700, "error": {"ghost_reps": true, "wrong_values": false, "ghost_rep_indices": [0]},
   "num_reps": 2, "num_tracked_reps": 3, "avg_mean_velocity": 25.0, "max_mean_velocity": 27.5, "reps": [
    {"limb": null, "concentric_mean_velocity_z": 3.1, "concentric_peak_velocity_z": 4.2, "concentric_disp_z": 2.0},
    {"limb": null, "concentric_mean_velocity_z": 27.5, "concentric_peak_velocity_z": 40.0, "concentric_disp_z": 20.5},
    {"limb": null, "concentric_mean_velocity_z": 22.5, "concentric_peak_velocity_z": 38.0, "concentric_disp_z": 20.4}]},
  {"id": 52, "deleted": true, "user_id": 7, "exercise_id": 3, "weight": 225, "start_time": 1772489900, "reps": []},
  {"id": 53, "deleted": false, "user_id": 7, "exercise_id": 3, "weight": 245, "tracked": false, "num_reps": 4,
   "start_time": 1772490000, "reps": []}]}
"""
GYMAWARE_SETS = (
    '{"reference": 9001, "recorded": 1772489700.25, "athleteReference": 31, "athleteName": "Alder, Anna", '
    '"exerciseName": "Single Leg RDL Left", "deleted": false, "repCount": 5, "meanVelocity": 0.71, '
    '"peakVelocity": 1.2, "meanPower": 410.5, "height": 0.52, "barWeight": 60.0, "athleteWeight": 68.2}\n'
    '{"reference": 9002, "recorded": 1772489800.0, "athleteReference": 31, "athleteName": "Alder, Anna", '
    '"exerciseName": "Single Leg RDL Right", "deleted": false, "repCount": 5, "meanVelocity": 0.69, '
    '"peakVelocity": 1.1, "meanPower": 400.0, "height": 0.51, "barWeight": 60.0, "athleteWeight": 68.2}\n'
    '{"reference": 9003, "recorded": 1772489900.0, "athleteReference": 32, "athleteName": "Birch, Ben", '
    '"exerciseName": "Deadlift", "deleted": true, "repCount": 3, "meanVelocity": 0.4, "barWeight": 140.0}\n'
)
GYMAWARE_REPS = (
    '{"reference": 9001, "recorded": 1772489700.25, "athleteReference": 31, "athleteName": "Alder, Anna", '
    '"exerciseName": "Deadlift", "deleted": false, "barWeight": 100, "reps": [{"REPNUM": 1, "Mean Velocity": 0.71, '
    '"Peak Velocity": 1.2}, {"REPNUM": 2, "Mean Velocity": 0.66, "Peak Velocity": 1.1}]}\n'
    '{"reference": 9002, "recorded": 1772489800.0, "athleteReference": 31, "athleteName": "Alder, Anna", '
    '"exerciseName": "Deadlift", "deleted": false, "barWeight": 120, "reps": [{"REPNUM": 1, "Mean Velocity": 0.52}]}\n'
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

NORDBORD_ROWS = (
    '"profileId","testId","testDateUtc","testTypeName","notes","device","leftAvgForce","leftImpulse","leftMaxForce",'
    '"leftTorque","leftCalibration","leftRepetitions","rightAvgForce","rightImpulse","rightMaxForce","rightTorque",'
    '"rightCalibration","rightRepetitions"\n'
    "p-1,t-1,2026-03-02T23:30:01.250Z,Nordic,,NordBord-1,300.5,2000,310,130.2,0,3,290,1900.25,300,126,0,3\n"
    "p-1,t-2,2026-03-02T23:40:01.250Z,Nordic,,NordBord-1,1.5,0,1.75,0.7,0,0,295,1910,305.5,128.3,-4,2\n"
    "p-2,t-3,2026-03-03T09:00:00.0000000Z,ISO 30,,NordBord-1,2,0,2,0.8,0,0,1,0,1,0.4,0,0\n"
)
NORDBORD_HUB = (
    "Name,ExternalId,Date UTC,Time UTC,Device,Test,L Reps,R Reps,L Max Force (N),R Max Force (N),Max Imbalance (%),"
    "L Avg Force (N),R Avg Force (N),L Max Torque (Nm),R Max Torque (Nm),L Max Impulse (Ns),R Max Impulse (Ns)\n"
    "Alder,,16/03/2026,11:30 PM,NordBord-1,Nordic,3,3,310,300,3.2,300.5,290,130.2,126,2000,1900\n"
    "Birch,,17/03/2026,9:05 AM,NordBord-1,Nordic,0,2,0,280,100,0,270,0,117,0,1700\n"
)
FORCEFRAME_ROWS = (
    "profileId,testId,testDateUtc,notes,innerLeftAvgForce,innerLeftImpulse,innerLeftMaxForce,innerLeftRepetitions,"
    "innerRightAvgForce,innerRightImpulse,innerRightMaxForce,innerRightRepetitions,outerLeftAvgForce,outerLeftImpulse,"
    "outerLeftMaxForce,outerLeftRepetitions,outerRightAvgForce,outerRightImpulse,outerRightMaxForce,"
    "outerRightRepetitions,device,testTypeName,testPositionName\n"
    "p-1,t-1,2026-03-02T10:00:00.001Z,,200,900,210.5,2,190,880,205,2,1.5,0,1.75,0,1.5,0,2,0,ForceFrame-3,Hip AD/AB,"
    "Hip AD/AB - 45\n"
)
FORCEFRAME_HUB = (
    "Name,Date UTC,Time UTC,Device,Test,Position,Direction,L Reps,R Reps,L Max Force (N),R Max Force (N)\n"
    "Alder,16/03/2026,10:00,ForceFrame-3,Hip IR/ER,Supine,Internal,2,2,140,150\n"
    "Alder,16/03/2026,10:00,ForceFrame-3,Hip IR/ER,Supine,External,2,2,120,125\n"
)
FORCEDECKS_HUB = (
    "Name,ExternalId,Test Type,Date,Time,BW [KG],Reps,Tags,Additional Load [lb],Jump Height (Imp-Mom) [cm],"
    "Jump Height (Imp-Mom) in Inches [in] ,Contraction Time [ms] ,Concentric Peak Force [N] (L),"
    "Concentric Peak Force [N] (R),Concentric Impulse % (Asym) (%),RSI-modified [m/s] \n"
    "Alder,,CMJ,14/03/2026,6:05 PM,70.5,3,,0,31.2,12.28,742,800,820,2.4 R,0.42\n"
    "Birch,,CMJ,14/03/2026,6:15 PM,80.1,1,squad,45,20.5,8.07,800,900,890,1.1 L,0.26\n"
)
FORCEDECKS_TABLE = (
    '"",profileId,firstName,lastName,testType,date,Athlete Standing Weight,Concentric Peak Velocity,Contraction Time,'
    "Countermovement Depth,Force at Zero Velocity,Jump Height (Imp-Mom),Peak Power / BM,RSI-modified (Imp-Mom)\n"
    "1,p-1,Alder,Wood,CMJ,03/14/2026,150,2.7,0.75,-12,1800,14.5,52.5,NA\n"
)
STATSPORTS = (
    "Session Date,Session Title,Player Name,HML Time,Distance Per Min,High Speed Running (Absolute),Max Speed,Sprints,"
    "Sprint Distance,Accelerations,Decelerations,HML Distance,Total Time,Total Distance\n"
    "14/03/2026,Match,Alder,0:03:16,97.5,139,7.71,3,23,30,31,805,0:48:59,4778\n"
    "14/03/2026,Match,Birch,0:00:00,0,0,9.06,2,51,28,32,0,0:49:48,0\n"
    "15/03/2026,,Alder,0:01:00,60,10,17.3,0,0,5,4,100,0:20:00,1200\n"
)
STATSPORTS_SHORT = (
    "Player Display Name,Session Date,Distance Total,Distance Per Min,High Speed Running,Sprints,"
    "Accelerations Z3 to Z6,Deceleration Z3 to Z6,Dynamic Stress Load\n"
    "Alder,14/03/2026,7750.9,54.6,12.5,5,126,124,797.9\nAlder,14/03/2026,1200,54.6,1.5,0,12,11,97.9\n"
)
CATAPULT = (
    "athlete_name,activity_name,period_id,period_name,total_distance,total_duration,total_player_load,max_vel,date,"
    "explosive_efforts,high_speed_distance_set_2_12mph\n"
    "Alder,Speed,q-1,Sprints,1500,2520,185.5,18.5,03/14/2026,2,10.6\n"
    "Alder,Speed,q-2,Games,900,1200,90.25,15.25,03/14/2026,1,0\n"
)
CATAPULT_UNITS = (
    "Player Name,Activity Name,Period Name,Date,Total Duration,Total Distance (m),Maximum Velocity (km/h),"
    "Total Player Load\n"
    "Birch,Practice,Session,14/03/2026,01:02:03,5400.5,27.9,510\n"
)
MOTORISED = (
    "Client,Client Weight [kg],SessionTime,Exercise,ExerciseType,SetNumber,RepNumber,Direction,Side,"
    "Concentric Load [kg],Eccentric Load [kg],Distance [m],Time [s],AvgSpeed [m/s],PeakSpeed [m/s],AvgForce [N],"
    "AvgPower [W],0-5m Time [s]\n"
    "Alder,70.5,3/14/2026 6:05:00 PM -05:00,Sprint,Linear,1,1,Forward,Both,3,3,20.01,3.25,6.16,7.9,45,277,1.25\n"
    "Alder,70.5,3/14/2026 6:15:00 PM -05:00,Sprint,Linear,1,2,Forward,Both,15,15,20,4.1,4.88,5.6,150,730,1.5\n"
    "Alder,70.5,3/14/2026 6:25:00 PM -05:00,Lateral push,Linear,2,1,Out,Left,15,15,2,1.2,1.66,2.5,160,265,\n"
)
MOTORISED_OLD = (
    "Client;SessionTime;Exercise;Concentric Load [kg];Distance [m];Time [s];TopSpeed\n"
    "Birch;46095.75;Sprint;0;30;4,31;8,4\n"
)
TITLED_GATES = (
    "20 m sprint\n\nName;Date;Total time (s);Split time 5 m (s);Max speed (km/h)\n"
    "Alder;14/03/2026;3,12;1,08;29,5\nAlder;14/03/2026;3,09;1,06;29,8\n"
)
NO_TITLE_GATES = TITLED_GATES.partition("\n\n")[2]
TITLED_TURNS = (
    "505 test;;;;\n;;;;\nName;Date;Total time (s);Max speed (km/h);Direction ()\n"
    "Alder;14/03/2026;2,41;21,6;Left\nAlder;14/03/2026;2,35;21,9;Right\n"
)
NUMBERED_GATES = (
    "Date,GivenName,FamilyName,Name,Split1,Split2,Split3,Cumulative1,Cumulative2,Cumulative3,Distance1,Distance2,"
    "Distance3\n"
    "04/03/2026,Alder,Wood,30m Sprint,1.80,1.25,1.15,1.80,3.05,4.20,10,10,10\n"
    "04/03/2026,Alder,Wood,30m Sprint,1.78,1.24,1.16,1.78,3.02,4.18,10,20,30\n"
    "04/03/2026,Birch,Wood,Agility,2.5,2.6,0,2.5,5.1,0,,,\n"
)
GPS_LOG = "".join(
    f"{10 + n / 10:.2f};2026-03-02 08:35:13.{n}00000;{speed:.2f};50.123456;8.654321\n"
    for n, speed in enumerate((0.04, 0.04, 1.5, 4.25, 7.5, 8.9, 8.1))
)
KINOVEA = "#Kinovea Trajectory data export\n#T X Y\n\n# bar\n" + "".join(
    f"{n / 10:.3f} 12,50 {6 * n},25 \n" for n in range(11)
)
# files whose rows are not those of a table with its header on top
WITHOUT_HEADER = {
    "titled.csv": TITLED_GATES,
    "turns.csv": TITLED_TURNS,
    "alder_wood-71-20260302.csv": GPS_LOG,
    "deadlift 100kg 2026-03-02.txt": KINOVEA,
}
# of columns of these files whose header names none, as somebody says it in workbook.toml
UNITS = {
    **{"Athlete Standing Weight": "lb", "Contraction Time": "s", "Jump Height (Imp-Mom)": "in"},
    **{"RSI-modified (Imp-Mom)": "cm/s", "Total Distance": "m", "Distance Total": "m", "Max Speed": "m/s"},
    **{"total_distance": "yd", "max_vel": "mph", "Y": "cm", "TopSpeed": "m/s"},
}

# reader -> the name of a file and its text; readers with several dialects have several
RECORDINGS = (
    "file,date,exercise,load,rep\nset1.mot,2026-03-02,Deadlift,100 kg,1\nset2.mot,2026-03-02,Deadlift,110 kg,1\n"
    "set3.mot,2026-03-32,Deadlift,120 kg,1\n"
)

FILES: dict[str, tuple[tuple[str, str], ...]] = {
    "stronglifts": (("stronglifts.csv", STRONGLIFTS),),
    "gymbook": (("gymbook.csv", GYMBOOK),),
    "liftosaur": (("liftosaur.csv", LIFTOSAUR),),
    "liftlog": (("liftlog.csv", LIFTLOG),),
    "liftlog_json": (("liftlog.json", LIFTLOG_JSON),),
    "repcount": (("repcount.csv", REPCOUNT),),
    "alpha_progression": (("alpha_progression.csv", ALPHA_PROGRESSION),),
    "jefit": (("jefit.csv", JEFIT),),
    "fastnfitness": (("fastnfitness.csv", FASTNFITNESS),),
    "boostcamp": (("boostcamp.csv", BOOSTCAMP),),
    "openbarbell": (("openbarbell.csv", OPENBARBELL),),
    "perch": (("perch_sets.json", PERCH),),
    "gymaware": (("gymaware_reps.jsonl", GYMAWARE_REPS),),
    "gymaware_sets": (("gymaware_summaries.txt", GYMAWARE_SETS),),
    "powerlifting": (("meet.csv", POWERLIFTING),),
    "garmin_csv": (("activities.csv", GARMIN), ("activites.csv", GARMIN_FRENCH)),
    "strava": (("activities.csv", STRAVA),),
    "nordbord": (("nordbord.csv", NORDBORD_ROWS), ("nordbord_hub.csv", NORDBORD_HUB)),
    "forceframe": (("forceframe.csv", FORCEFRAME_ROWS), ("forceframe_hub.csv", FORCEFRAME_HUB)),
    "forcedecks": (("forcedecks.csv", FORCEDECKS_HUB), ("forcedecks_table.csv", FORCEDECKS_TABLE)),
    "statsports": (("statsports.csv", STATSPORTS), ("statsports_short.csv", STATSPORTS_SHORT)),
    "catapult": (("catapult.csv", CATAPULT), ("catapult_units.csv", CATAPULT_UNITS)),
    "recordings": (("recordings.csv", RECORDINGS),),
    "motorised": (("motion.csv", MOTORISED), ("motion_old.csv", MOTORISED_OLD)),
    "titled_gates": (("gates 20 m.csv", NO_TITLE_GATES),),
    "numbered_gates": (("numbered.csv", NUMBERED_GATES),),
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

# readers of files whose text is not one table: several below each other, or nested values
STACKED = frozenset({"alpha_progression", "jefit", "liftlog_json", "perch", "gymaware", "gymaware_sets"})
# files by reader, of exports that are no table with its header above: JSON, and a table below its name
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
    "opensim": "`test_motion.py`",
    "form_answers": "`test_form_answers.py`",
    **dict.fromkeys(("gps_log", "kinovea"), "`test_plates.py`"),
    "mapping": "`test_mapping.py`, `test_suggest.py`",
}


def written(folder: Path, name: str, text: str) -> Path:
    """The file `name` with `text` in `folder`."""
    path = folder / name
    path.write_bytes(text.encode())
    return path


# what the form of a file was known from
RESTS_ON = {
    "liftosaur": "a user's export that is public",
    **dict.fromkeys(("liftlog", "liftlog_json"), "the export of the app's own tests, and its source"),
    "repcount": "rows of a public test",
    "alpha_progression": "rows of a public test, and public importers for pounds, seconds and sets not done",
    "jefit": "rows of a public test, and public importers for the sections that it lacks",
    "fastnfitness": "the app's source: no export was found",
    "boostcamp": "the columns of a public parser: no export was found",
    "openbarbell": "the app's own export of its test sets",
    "perch": "the maker's document of its programming interface",
    **dict.fromkeys(
        ("gymaware", "gymaware_sets"), "the maker's guide to its programming interface: no export was found"
    ),
    "nordbord": "a public file of rows of the interface, the maker's guide to it, column names in public importers of "
    "the Hub's export",
    "forceframe": "a public file of rows of the interface, the maker's guide to it, column names in public scripts",
    "forcedecks": "a public table that a pipeline made of the interface, headers of the Hub's export in public scripts",
    "statsports": "two public files of different headers",
    "catapult": "a public table that a pipeline made of the interface",
    "motorised": "column names in public importers; no file was found",
    "titled_gates": "a public note on its columns; no file was found",
    "numbered_gates": "column names in a public script; no file was found",
    "gps_log": "a public file with the read-me of the app that reads it",
    "kinovea": "two public files, one a text and one a workbook; no calibrated one was found",
}
