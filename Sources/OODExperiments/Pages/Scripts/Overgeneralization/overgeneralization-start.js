"use strict";
/** The start. */
introduce();
showAccuracy();
showAccuracyCurves();
showFooling();
showRadius();
showScores();
showOpenSet();
showOneClass();
showRings();
