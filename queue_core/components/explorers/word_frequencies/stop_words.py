"""Words that are frequent in every text of a language."""

from __future__ import annotations

_ENGLISH = """
a about above after again against all am an and any are as at be because been before being below
between both but by can cannot could did do does doing don't down during each few for from further
had has have having he her here hers him his how i if in into is it it's its just me more most my no
nor not now of off on once only or other our out over own same she should so some such than that the
their them then there these they this those through to too under until up very was we were what when
where which while who whom why will with would you your
"""

_SPANISH = """
a al algo algunas algunos ante antes aquel aquella aquello así aún aunque cada como con contra cual
cuando de del desde donde dos e el él ella ellas ellos en entre era eran eres es esa esas ese eso
esos esta está están estar estas este esto estos fue fueron ha habia había han hasta hay he la las
le les lo los más me mi mientras mis mucho muchos muy nada ni no nos nosotros nuestra nuestro o os
otra otras otro otros para pero poco por porque pues que qué quien quién se sea ser si sí sido sin
sobre son soy su sus también tan tanto te tiene tienen todo todos tu tú tus u un una unas uno unos
y ya yo
"""

STOP_WORDS = {
    "none": frozenset[str](),
    "en": frozenset(_ENGLISH.split()),
    "es": frozenset(_SPANISH.split()),
    "both": frozenset(_ENGLISH.split()) | frozenset(_SPANISH.split()),
}
