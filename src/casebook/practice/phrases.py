"""How people lead, pay, digress and lean on what they said before, in a question to a surgeon.

Patterns over plain lower-case text; they know no case.
"""

from __future__ import annotations

import re

from .matters import JOIN

MONEY = re.compile(
    r"\b(?:bill(?:s|ed|ing|able)?|paid|pay(?:s|er|ers|ment|ments|able|ing)?|reimburs\w*|revenue|money"
    r"|dollars?|w?rvus?|insur\w+|medicare|"
    r"cpt|add-?on|modifiers?|fees?|quality (?:scores?|measures?|metrics?)|drg|audit\w*|den(?:y|ied|ial"
    r"|ials)|up-?cod\w*|earn\w*|financ\w*|gets? (?:more|less)|case mix|bonus|productivity|"
    r"(?:extra|additional|second|more|two|2) (?:units?|codes?)|units? of (?:service|4)|4\d{4}"
    r"|maximi[sz]\w+|optimi[sz]\w+|charges?|costs?|"
    r"(?:the|our|your|this|a|clean|higher) claims?|claims? (?:form|will|can|is|goes)|"
    r"codes?(?= (?:for|it|this|the|two|both|a|as|that|pays?|us|4))|(?:which|what|the|a|higher|right"
    r"|correct|better) code|code (?:it|for))\b|\$",
)
LEADS = re.compile(
    r"\bconfirm(?:ing|ation)?\b(?! (?:how|what|which|where|whether|if|the (?:number|count|type|approach"
    r"|location|exact|nature|position|fate))\b)"
    r"|\b(?:add|include|amend|addend|append|update|change|correct|revise)\b(?: (?!what|how|which|where"
    r"|whether)[\w'-]+){0,6} (?:that(?! (?:was|were|is)\b)"
    r"|two|both|second|one|to (?:say|state|show|reflect|read|include))\b"
    r"|\b(?:please|kindly|(?:can|could|would|will) you|to|must|should|just)(?: also| now| please)?"
    r" (?:state|document|write|indicate|record|say|put)(?: in (?:the|your) (?:note|report|record"
    r"|addendum))? (?:that|two|both|a second|one)\b"
    r"|\b(?:add|include) (?:its|the|their|a|an|another) (?:removal|resection|anastomosis|second)\b"
    r"|\bmust be\b|\bshould (?:the|this|that|it|i|we)\b"
    r"|\baddend(?:um|a)\b(?: [\w'-]+){0,3} (?:that|stating|saying|showing|reflecting|to (?:say|state"
    r"|reflect|show|read))\b"
    r"|\benter (?:a )?(?:yes|no|x)\b"
    r"|\b(?:correct|change|amend|addend|revise|update|edit)\b[^.?]*\bto (?:match|agree|conform|be"
    r" consistent)\b"
    r"|\b(?:clarify|specify|indicate|note|explain|document|state|acknowledge|verify|attest|certify|addend"
    r"|amend)"
    r" that (?:it|this|there|the|you|both|two|one|no|a|an|these|they)\b|\baccordingly\b|\bimpl(?:y|ies"
    r"|ying)\b"
    r"|, (?:was|were|is|are|did|do|does|has|have|had) (?:it|there|you|they|that)\s*\?"
    r"|(?:^|[,.;\s-])(?:right|correct|yes|no|agreed?|true|ok|okay)\s*\?"
    r"|\b(?:is|was|were|are|do|did|does|has|have)n't (?:it|there|you|they|that|this|we|he|she|the)\b"
    r"|\bdo you agree\b|\bis (?:it|that|this) (?:correct|true|fair|safe|right|accurate|ok)\b"
    r"|\b(?:remove|delete|strike|drop|erase)\b[^.?]*\b(?:note|report|tick|box|field|line|entry|word"
    r"|sentence)\b"
    r"|\b(?:i|we) (?:understand|read|take) (?:this|it|that|these)(?: \w+)? (?:as|to|for)\b|\b(?:if|unless)"
    r" you (?:dis)?agree\b(?! (?:that )?clarif)"
    r"|\b(?:may|can|could|should) (?:i|we) (?:ignore|code|assume|report|take|count)\b"
    r"|\b(?:i|we) (?:assume|think|believe|presume|take it|suspect|expect|gather|guess|feel|infer"
    r"|conclude|imagine|suppose|understood)\b"
    r"|\b(?:i|we) (?:need|want|would like|require)\b(?! (?:to (?:know|understand|ask|clarify|determine"
    r"|establish|be sure|find)|clarification|more|your|further|some|a (?:description|clarification)"
    r"|help|you to|clear|additional (?:detail|information|clarification)))"
    r"|\b(?:surely|obviously|of course|undoubtedly|evidently|apparently|presumably|probably|certainly"
    r"|definitely|no doubt|without doubt|must have)\b"
    r"|(?<!not )(?<!not been )(?<!isn't )\bclearly\b(?! (?:state|describe|document|identify|specify"
    r"|indicate|explain|say|define))"
    r"|(?<!as )(?<!un)\b(?:most |very |more )?likely\b"
    r"|\bshould (?:say|read|have (?:said|read|been))\b|(?<!what )\b(?:therefore|hence|thus|meaning"
    r" that|(?:this"
    r"|which|that|it) means)\b(?! (?:i|we) (?:ask|need|would))"
    r"|\b(?:fill in|complete|mark|tick|check|enter|change|set)\b[^.?]{0,60}\b(?:with|as|to) (?:yes|no|x"
    r"|open|converted|end|loop|two|one)\b"
    r"|\bit (?:seems|appears|sounds|looks)\b(?! (?:unclear|incomplete|inconsistent|contradict\w*"
    r"|conflict\w*|to (?:conflict|contradict|be (?:unclear|missing|incomplete))|in|on|under|twice|both))"
    r"|\b(?:amend|addend|correct|change|complete|fill in|update)\b[^.?]{0,40}:\s*(?!.*(?:_|\b(?:how"
    r"|what|which|where|number|type)\b))\w"
    r"|\b(?:looks?|sounds?) like\b|\b(?:consider|mind) (?:document|add|chang|stat|say|writ)ing\b|\bas"
    r" (?:you know|expected|usual|is usual)\b|\b(?:normally|typically|usually|standard practice)\b"
    r"|\byou (?:meant|mean|must|intended)\b|\brather than\b|\binstead of\b|\bsupports? (?:two|both|a"
    r" second|the second|one)\b|\bagree (?:that|with)\b|\bso (?:you|there|that (?:we|it|i)|it) (?:made"
    r"|did|were|was|is|can|could|supports?)\b"
)
OTHER = re.compile(
    r"\b(?:other(?:wise)?|(?:some|any)thing else|another (?:type|kind|option"
    r"|way|procedure|method|condition|part"
    r"|approach|manner|answer|technique|configuration)|(?:some )?other(?: \w+)?|else)\b"
)
UNABLE = re.compile(
    r"\b(?:(?:unable|not able|cannot|can not|can't|impossible|not possible) to (?:be )?(?:determined?"
    r"|say|tell|recall|remember|answer|clarify)|(?:can|could) (?:it |this |that )?not be (?:determined"
    r"|said|told|recalled)|"
    r"cannot be (?:determined|said|told|recalled)|can't be (?:determined|said|told)|(?:cannot|can't|can"
    r" not) (?:determine|say|tell|recall|remember)|undetermined|indeterminate|undeterminable|not"
    r" determined|not (?:determinable|known|recalled)|unknown|don't (?:know|recall|remember)|do not"
    r" (?:know|recall|remember)|uncertain|unsure|not sure)\b"
)
#: What is asked beside the point in almost any note: technique, findings, cause, the patient.
ASIDE = re.compile(
    r"\b(?:hand-?\s?sewn|stapled or|(?<!distal )staplers?(?! cross)|sutures?(?: \w+)?|layers?|leak\w*"
    r"|patent|patency|blood"
    r"|ebl|drains?|antibiotics?|diagnos\w+|cause|caused|because|suspect\w*|biops\w+|etiolog\w+|why"
    r"|reason|indications?"
    r"|ischemi\w+|gangren\w+|inflam\w+|infarct\w+|necro\w+|viab\w+|colou?r|weather|consent\w*|anesthe\w+"
    r"|assist\w+|time"
    r"|tension|test(?:s|ed|ing)?|seen|visible|visuali[sz]ed|irrigat\w+|complications?|(?:sponge|needle"
    r"|instrument) counts?|skin|fascia"
    r"|mesenter\w+|technique|size|diameter"
    r"|histor\w+|medications?|fluids?|transfus\w+|specimens? (?:labeled|sent)|discharge\w*|malignan\w+"
    r"|margins? (?:clear|free|negative)|hemosta\w+|crohn\w*|severity|condition(?! of (?:(?:the|each|both"
    r"|these|two|cut|bowel|of) )*"
    r"(?:ends?|limbs?|stumps?|sites?)\b)|weight|feel\w*|long"
    r"|length|centimeters|cm)\b"
)
#: What asks, whatever else stands in the sentence.
CORE = re.compile(
    rf"\b(?:how many|number of)\b.*\b{JOIN}|\b(?:what|which)\b.*\b(?:became|become|happened|happen|was"
    rf" done|were done|did you do|done with|the fate)\b|\bhow\b.*\b(?:managed|handled|dealt with"
    rf"|treated|restored|completed|finished|reconnected)\b|\bwhich ends?\b|\bwhere\b.*\b(?:{JOIN}|line"
    rf"|margin|division|transect\w*|divided)\b"
)
MEANS = re.compile(r"\b(?:what|which)\b.*\b(?:means?|meant|refers?|referred|referring)\b")
PRONOUN = re.compile(
    r"\b(?:(?:this|that|these|those|the) (?:bowel|segment|piece|area|part|portion|loop|line|site|tissue"
    r"|one|stricture|ends?(?! of (?:the|your) (?:operation|case|procedure|surgery))|anastomosis)|it(?!"
    r" (?:(?:also|then|only|just|further|later) )?(?:says?|reads?|states?|describes?|notes?"
    r"|lists?|mentions?|is (?:un|not )clear|does not|doesn't|seems|appears))|they"
    r"|them|that one|(?:this|that|these|those)(?= (?:was|were"
    r"|is|are)\b|[?.,]|$))(?![\w-])"
)
DIMENSION = re.compile(
    r"\b(?:types?|kinds?|number|count|location|approach|route|fate|status|which|where|how many|how)\b"
)
#: What a question asks of that which the sentences before it were about: "What did you remove?".
OF_THAT = re.compile(
    r"\bwhich (?:parts?|portions?|segments?|ends?|sites?|places?|procedure|operation|one)\b"
    r"|\bwhat (?:parts?|portions?|procedure|was (?:\w+ )?(?:done|taken|removed|excised|resected)"
    r"|(?:exactly )?did you (?:do|take|remove|excise|resect)|became|happened)\b"
    r"|\b(?:state|status|fate|disposition|configuration|anatomy|procedure|treatment|management|method"
    r"|manner|position"
    r"|location|extent|handling|reconstruction) (?:of|that|at|in|on|was|were|is|you|used|performed|done"
    r"|here|there)\b"
    r"|\bits (?:state|status|fate|disposition|position|location|extent|management|treatment)\b"
    r"|\b(?:type|kind|number)\b"
)
#: Words of any operation: a question made of them alone asks what the words before it leave open.
PLAIN_WORDS = frozenset(
    "a an and any the this that these those it its they them there here of on in at to by with for from as"
    " or so then"
    " after before between up out off i we me us my our you your yourself doctor dr if be been was were is"
    " are did do"
    " does done has have had can could would will should may might not how what which where whose whether"
    " please kindly"
    " describe clarify clarification specify state indicate explain document tell provide elaborate say"
    " comment detail"
    " details identify list confirm outline let know understand give address review addend addendum add"
    " write note help"
    " thank thanks much many number exactly actually more further each both all rest else own words word"
    " sentence"
    " report record location locations place places site sites qq position type kind form manner way"
    " method technique"
    " approach final finally end ends anatomy configuration arrangement reconstruction disposition status"
    " state fate"
    " management handling treatment procedure operation surgery case course abdomen patient closing"
    " closure closed"
    " finished finish bowel intestine gut small segment segments piece pieces part parts portion portions"
    " limb"
    " tissue specimen sent made make happened happen became become left remained remain remaining handled"
    " managed treated"
    " dealt joined connected attached lined brought used performed carried put placed together taken"
    " removed excised"
    " resected mean means meant refer refers refer referring".split()
)
#: Words that say nothing by themselves.
SMALL_WORDS = frozenset(
    "a an and any the this that these those it its they them there here of on in at to by with for from as or"
    " so then i we me us my our you your if be been was were is are did do does done has have had can could"
    " would will should may might how what which where whose whether please s t".split()
)
#: How words begin that an answer about bowel may be made of, beside those of any operation.
OF_BOWEL = re.compile(
    r"\b(?:\d|qq|one|two|three|four|five|six|none|single|double|both|neither|several|multiple|more|fewer|less|zero"
    r"|first|second|third|separate|above|below|beyond|short|within|inside|outside|across|through|along|near"
    r"|between|upper|lower|proximal|distal|edge|wall|ring|full|whole|complete|partial|partly|only|entire"
    r"|cuff|margin|line|ileo?|ileal|ileum|jejun|duoden|colo|cec|caec|valve|stoma|ostomy|loop|brooke|mucous"
    r"|divert|anastomo|join|connect|reconnect|hook|divid|transect|open|close|closing|stapl|sewn|sutur|oversewn"
    r"|hand|skin|stop|run|ran|kept|keep|spar|preserve|retain|redo|revis|undo|taken|took|take|excis|incis"
    r"|resect|remov|discard|widen|strictur|plast|biops|wedge|convert|conversion|lap|port|assist|extracorp"
    r"|incision|wound|intact|continu|discontinu|place|situ|blind|exterior|matur|plan|staged|return|not|no"
    r"|never|yes|still|again|also|all|each|any|same|different)\w*"
)
DIMENSIONS = re.compile(
    r"\b(?:how|what|which|where|type|kind|number|status|state (?:of|at|in)|fate|anatomy|configuration"
    r"|arrangement"
    r"|reconstruction|disposition|management|handling|treatment|location|position)\b"
)
#: A writer's own count of what the record tells, before it is quoted: "I count one anastomosis (...)".
COUNTED = re.compile(r"\b(?:i|we) (?:only )?(?:count|see|find|read|have)\b[\w ]{0,20}$")
AS_QUOTED = re.compile(r"[\s,:(-]*qq\b")
META = re.compile(
    r"\b(?:where|how|when) (?:is|was|are|were) (?:it|this|that|they|these|the \w+) (?:described|documented"
    r"|dictated|stated"
    r"|mentioned|recorded)\b"
)
#: A request that asks nothing of its own and closes what was asked before: "Please clarify in an addendum."
CLOSING = re.compile(
    r"^(?:thank\w* )?(?:(?:and|so),? )?(?:please|kindly|(?:can|could|would|will) you(?: please| kindly)?)"
    r" (?:clarify|addend|amend|respond|reply|advise|answer|review|explain|comment|specify|document)"
    r"(?:,? (?:and|or|this|it|these|above|the|for|to|in|by|with|via|an|your|our|addend\w*|note|report|record"
    r"|chart|review|respond|reply|sign|re-sign|clarify|query|within|hours|days|\d+|today|asap|at|earliest"
    r"|convenience|as|soon|possible|further|accordingly|please|thanks|thank|you|doctor|dr))*[\s.?!,]*$"
)
DICTATES = re.compile(
    r"\b(?:add|insert|write|enter|put|state|document|change|update|amend|addend|replace|complete|fill|read"
    r"|record)\b"
)
VAGUE = re.compile(
    r"\b(?:clarify|clarification|explain|elaborate|describe|detail|specify|more (?:detail|information)"
    r"|further detail|detail|say more|unclear|not clear|expand|advise|review|conflict\w*|contradict\w*"
    r"|insufficient|incomplete|inadequate|ambiguous|discrepan\w*|reconcile|inconsistent\w*|inconsistency"
    r"|what (?:exactly )?(?:was|were) (?:done|performed|made|meant)|what (?:exactly )?(?:did you|do you"
    r" mean|is meant|happened|does (?:this|that|it) mean))\b"
)
ENGLISH = re.compile(
    r"\b(?:the|was|were|is|of|and|what|how|which|where|please|to|you|in|at|did|many|or|that|be|with|this"
    r"|does|do|it|for|we|your|an?|not|note|between|after"
    r"|both|they|bowel|segments?|separately|removed|resected|left|other|unable|one|two|anastomos\w+"
    r"|ileostomy|resection|choose|options?)\b"
)
STOP = frozenset(
    "report note record operative operation procedure please describe clarify state indicate whether"
    " what which where when many were there this that with from"
    " then than have been made done your after before patient surgeon doctor bowel small says said"
    " states describes documents"
    " documented described mentions stated noted each both site sites thank thanks about into they them"
    " their also".split()
)
