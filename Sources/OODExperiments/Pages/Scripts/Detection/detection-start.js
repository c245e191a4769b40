"use strict";
/** The start. */
introduce();
showScores();
showTop();
showRanking();
showPValues();
showPair();
