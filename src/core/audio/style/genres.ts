/** The genres and moods among the words for styles, written as `words.ts` says. Pure data. */
export const GENRES = `
hip hop = rap, rap music, hip hop music
trap = trap beat < hip hop
drill = uk drill < hip hop
boom bap < hip hop
lo-fi hip hop = lofi beat, lo fi beat, lofi rap < lo-fi, hip hop
lo-fi = low fi, low fidelity
trip hop < electronic
electronic = electronica, electronic music, electro
edm = electronic dance, electronic dance music < electronic, dance
dance = dance music
house = house music < electronic
deep house < house, electronic
tech house < house, electronic
progressive house = prog house < house, electronic
techno < electronic
trance = psytrance, psy trance < electronic
dubstep < electronic
drum and bass = !drum and bass, dnb, d and b < electronic
jungle < electronic
uk garage = garage house, 2 step < electronic
breakbeat = break beat < electronic
hardstyle < electronic
future bass < electronic
ambient = ambience
idm < electronic
synthwave = retrowave, outrun < electronic
vaporwave < electronic
synth pop = electropop, electro pop < pop, electronic
chillwave = chill wave < electronic, chill
chillout = chill out < chill
pop = pop music, poppy
indie
indie pop < indie, pop
indie rock < indie, rock
indie folk < indie, folk
dream pop < pop
bedroom pop < pop, lo-fi
power pop < pop
k-pop < pop
j-pop < pop
city pop < pop
hyperpop < pop, electronic
ballad = power ballad
rock = rock music
rock and roll < rock
hard rock < rock
soft rock < rock
alternative rock = alt rock < rock, alternative
alternative
post rock < rock
progressive rock = prog rock < rock
psychedelic rock = psych rock < rock, psychedelic
garage rock < rock
math rock < rock
southern rock < rock
folk rock < folk, rock
pop rock < pop, rock
pop punk < pop, punk
punk = punk rock
post punk < punk
grunge < rock
shoegaze
new wave
emo
metal = heavy metal
death metal < metal
black metal < metal
thrash metal = thrash < metal
doom metal < metal
nu metal < metal
metalcore < metal
hardcore
industrial
jazz = jazz music, jazzy
smooth jazz < jazz, smooth
free jazz < jazz
acid jazz < jazz
jazz fusion < jazz
bebop < jazz
swing < jazz
big band < jazz
blues = !blues, bluesy
r and b = rnb, rhythm and blues, contemporary r and b
neo soul < soul, r and b
soul = soul music, soulful
motown < soul
funk = funk music
disco
nu disco < disco
gospel
reggae
dub
dancehall
ska
reggaeton
latin
salsa < latin
bossa nova = bossa < latin
samba < latin
cumbia < latin
bachata < latin
tango < latin
flamenco
mariachi < latin
afrobeat = afrobeats, afro beat, afro pop
amapiano
country = country music
country pop < country, pop
country rock < country, rock
alt country < country
bluegrass
americana
folk = folk music, folky
celtic = irish folk
classical = classical music
baroque < classical
orchestral = orchestra, symphonic, symphony
chamber music < classical
opera
minimalism = minimalist
cinematic = film score, film music, soundtrack
trailer music < cinematic
video game music = game music, chiptune, chip tune, 8 bit
world music
bollywood
new age
meditation music = meditative, meditation
lullaby
children's music = kids music, nursery rhyme
christmas = christmas music, holiday music
musical theatre = musical theater, show tune, broadway
march
waltz
experimental = avant garde
noise music`;

export const MOODS = `
happy = joyful, cheerful, joyous
upbeat
uplifting = inspiring, inspirational, hopeful
sad = sorrowful, mournful, sombre, somber
melancholic = melancholy, wistful
dark = gloomy, brooding
bright = sunny
chill = chilled, laid back
calm = peaceful, tranquil, serene, soothing
relaxing = relaxed
energetic = high energy, lively
aggressive = angry, fierce
intense
epic = heroic
dramatic = drama
romantic = romance
sensual = sexy, sultry
dreamy = dreamlike
ethereal = otherworldly, heavenly
atmospheric
nostalgic = nostalgia
mysterious
eerie = spooky, creepy, haunting
tense = suspenseful
playful = whimsical, quirky
funky
groovy
smooth
soft = gentle, delicate, tender
warm
heavy
hard hitting
raw = gritty
emotional = heartfelt
euphoric = ecstatic
triumphant = victorious
anthemic = anthem
psychedelic = trippy
hypnotic
minimal = sparse
lush
distorted = dirty, distortion
intimate
driving
festive
acoustic = unplugged`;
