<?cs # part_ui.cs: small pieces that several pages show.
  Macros and what their argument carries:
    tile(icon)         Letter text (1-2 letters), Tone enum(ink|blue|teal|green|amber|orange|red|violet)
    pill(state)        Kind enum(ok|warn|bad|none), Text text
    day(date)          Text text (a calendar date), Iso text (RFC 3339, UTC); the script shows it in the visitor's language
    moment(date)       Text text (any wording, "in 41 min"), Iso text, optional: exact time on hover
    listing(list, none) list of N.Text text: "a, b, c"; none: what an empty one is called
    helpers(list)      list of N.Name text (a person), N.Email text: the people who can help
    scope_list(list)   list of N.Words text, N.Code text, optional, N.Why text, optional,
                       N.Optional text, optional: a box in the form "allow-form"
    provider_words(answer)  Code text, optional, Text text, optional: what a provider said, inert
?><?cs
def:tile(tile_icon) ?><span class="tile tile-<?cs var:tile_icon.Tone ?>" aria-hidden="true"><?cs var:tile_icon.Letter ?></span><?cs /def ?><?cs

def:pill(pill_state) ?><span class="pill pill-<?cs var:pill_state.Kind ?>"><?cs var:pill_state.Text ?></span><?cs /def ?><?cs

def:day(day_date) ?><time datetime="<?cs var:day_date.Iso ?>" title="<?cs var:day_date.Iso ?>" data-day><?cs var:day_date.Text ?></time><?cs /def ?><?cs

def:moment(moment_date) ?><?cs if:?moment_date.Iso ?><time datetime="<?cs var:moment_date.Iso ?>" title="<?cs var:moment_date.Iso ?>"><?cs var:moment_date.Text ?></time><?cs else ?><?cs var:moment_date.Text ?><?cs /if ?><?cs /def ?><?cs

def:listing(listing_items, listing_none) ?><?cs set:Layout.Comma = "0" ?><?cs each:listed = listing_items ?><?cs if:Layout.Comma ?>{{list.separator}}<?cs /if ?><?cs var:listed.Text ?><?cs set:Layout.Comma = "1" ?><?cs /each ?><?cs if:!Layout.Comma ?><?cs var:listing_none ?><?cs /if ?><?cs /def ?><?cs

def:helpers(helper_list) ?><?cs if:subcount(helper_list) ?>
<ul class="people">
  <?cs each:helper = helper_list ?><li><strong><?cs var:helper.Name ?></strong> <span class="muted"><?cs var:helper.Email ?></span></li>
  <?cs /each ?>
</ul><?cs /if ?><?cs /def ?><?cs

def:scope_list(scope_items) ?>
<ul class="scopes">
  <?cs each:scope = scope_items ?><li>
    <span class="scope-words"><?cs var:scope.Words ?></span>
    <?cs if:?scope.Code ?><code><?cs var:scope.Code ?></code><?cs /if ?><?cs
    if:?scope.Why ?><span class="scope-why"><?cs var:scope.Why ?></span><?cs /if ?><?cs
    if:?scope.Optional ?><label class="scope-choice"><input type="checkbox" name="scope" value="<?cs var:scope.Optional ?>" form="allow-form" checked> {{scope.optional}}</label><?cs /if ?>
  </li>
  <?cs /each ?>
</ul><?cs /def ?><?cs

def:provider_words(pw_answer) ?><?cs if:?pw_answer.Code || ?pw_answer.Text ?>
<p class="said"><?cs if:?pw_answer.Code ?><code><?cs var:pw_answer.Code ?></code> <?cs /if ?><?cs if:?pw_answer.Text ?><q><?cs var:pw_answer.Text ?></q><?cs /if ?></p><?cs /if ?><?cs /def ?>
