<?cs # scopes.cs: what an authorization was to be allowed, and what it is, side by side.
  Reads, besides layout.cs:
    Provider.Label            text
    Provider.Vendor           text
    Credential.Name           text
    Credential.Account        text, optional
    Scopes.N.Words            text            what it allows, in words
    Scopes.N.Code             text, optional  the scope as the provider names it
    Scopes.N.Why              text, optional  why it is asked for
    Scopes.N.Asked            enum(yes|no|new)   asked for then; new: not then, but now
    Scopes.N.Allowed          bool
    Scopes.N.State.Kind       enum(ok|warn|bad|none)
    Scopes.N.State.Text       text            "Allowed", "Missing", "New", "Not asked for"
    Compare.Title             text            what it comes to
    Compare.Text              text, optional
    Compare.Kind              enum(ok|info|warn|bad)
    Compare.AuthorizeUrl      url, optional   Allow Access for this one
    Compare.First             bool            that is the thing to do
    Compare.DoneUrl           url             the provider's page
?><?cs include!"layout.cs" ?><?cs include!"part_ui.cs" ?><?cs
call:page_head({{scopes.head name=Credential.Name}}) ?><?cs call:panel_open("dim") ?>
<h1>{{scopes.title name=Credential.Name}}</h1>
<p class="lede"><?cs if:?Credential.Account ?>{{scopes.lede_account vendor=Provider.Vendor account=Credential.Account}}<?cs else ?>{{scopes.lede vendor=Provider.Vendor}}<?cs /if ?></p>
<div class="banner banner-<?cs var:Compare.Kind ?>"><p><strong><?cs var:Compare.Title ?></strong><?cs if:?Compare.Text ?> <?cs var:Compare.Text ?><?cs /if ?></p></div>
<?cs if:subcount(Scopes) ?>
<table class="table table-compare" role="table">
  <caption class="visually-hidden">{{scopes.caption}}</caption>
  <thead role="rowgroup"><tr role="row"><th scope="col" role="columnheader">{{scopes.what}}</th><th scope="col" role="columnheader">{{scopes.asked}}</th><th scope="col" role="columnheader">{{result.allowed}}</th></tr></thead>
  <tbody role="rowgroup">
  <?cs each:scope = Scopes ?><tr role="row">
    <th scope="row" role="rowheader"><span class="scope-words"><?cs var:scope.Words ?></span><?cs if:?scope.Code ?> <code><?cs var:scope.Code ?></code><?cs /if ?><?cs if:?scope.Why ?> <span class="scope-why"><?cs var:scope.Why ?></span><?cs /if ?> <?cs call:pill(scope.State) ?></th>
    <td role="cell" data-label="{{scopes.asked}}"><?cs if:scope.Asked == "yes" ?>{{scopes.yes}}<?cs elif:scope.Asked == "new" ?>{{scopes.not_then}}<?cs else ?>{{scopes.no}}<?cs /if ?></td>
    <td role="cell" data-label="{{result.allowed}}"><?cs if:scope.Allowed ?>{{scopes.yes}}<?cs else ?>{{scopes.no}}<?cs /if ?></td>
  </tr>
  <?cs /each ?></tbody>
</table><?cs /if ?>
<p class="form-actions"><?cs if:?Compare.AuthorizeUrl ?><?cs if:Compare.First ?><a class="button" href="<?cs var:Compare.DoneUrl ?>">{{button.back_to label=Provider.Label}}</a> <a class="button button-primary" href="<?cs var:Compare.AuthorizeUrl ?>">{{button.authorize_again}}</a><?cs
else ?><a class="button" href="<?cs var:Compare.AuthorizeUrl ?>">{{button.authorize_again}}</a> <a class="button button-primary" href="<?cs var:Compare.DoneUrl ?>">{{button.done}}</a><?cs /if ?><?cs
else ?><a class="button button-primary" href="<?cs var:Compare.DoneUrl ?>">{{button.done}}</a><?cs /if ?></p>
<?cs call:panel_close() ?>
