"""Fitness-fatigue models: performance as the sum of what training leaves behind, and whether that foresees anything.

`impulse` is the response to a daily load, `projection` the numerics, `banister` the fit, `uncertainty` profile and
bootstrap, `skill` the forecasts against naive ones, `dose_response` and `kalman` two relatives of the model, `forms`
all of them side by side. What an athlete's frames bring to it is `lift_season`.
"""
