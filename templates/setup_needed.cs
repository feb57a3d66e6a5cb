<?cs # setup_needed.cs: an authorization was asked for, but there is no OAuth client, or none that works.
  Reads, besides layout.cs:
    Provider.Label            text
    Provider.Vendor           text
    Provider.Icon.Letter      text
    Provider.Icon.Tone        enum(ink|blue|teal|green|amber|orange|red|violet)
    Setup.Url                 url, optional   OAuth Client Settings; absent = the visitor may not
    Setup.BackUrl             url             the provider's page
    Setup.Unusable            bool            there is one, but its values lead nowhere
    Help.People.N.Name        text            who can, when Setup.Url is absent
    Help.People.N.Email       text
?><?cs include!"layout.cs" ?><?cs include!"part_ui.cs" ?><?cs
call:page_head({{setup.head label=Provider.Label}}) ?><?cs call:panel_open("plain") ?>
<div class="consent-head">
  <p class="pair" aria-hidden="true"><span class="tile tile-grantry">Gr</span><span class="mark mark-failed"></span><?cs call:tile(Provider.Icon) ?></p>
<?cs if:Setup.Unusable ?>
  <h1>{{setup.unusable label=Provider.Label}}</h1>
  <p class="lede">{{setup.unusable_lede}}</p>
</div>
<?cs if:?Setup.Url ?><p class="panel-text">{{setup.compare vendor=Provider.Vendor}}</p><?cs
else ?><p class="panel-text">{{setup.others_correct workspace=Workspace.Name}}</p><?cs call:helpers(Help.People) ?><?cs /if ?><?cs
else ?>
  <h1>{{setup.first label=Provider.Label}}</h1>
  <p class="lede">{{setup.lede vendor=Provider.Vendor label=Provider.Label}}</p>
</div>
<?cs if:?Setup.Url ?><p class="panel-text">{{setup.how vendor=Provider.Vendor}}</p><?cs
else ?><p class="panel-text">{{setup.others workspace=Workspace.Name}}</p><?cs call:helpers(Help.People) ?><?cs /if ?><?cs
/if ?>
<p class="form-actions form-actions-centre"><a class="button" href="<?cs var:Setup.BackUrl ?>">{{button.back_to label=Provider.Label}}</a><?cs if:?Setup.Url ?> <a class="button button-primary" href="<?cs var:Setup.Url ?>"><?cs if:Setup.Unusable ?>{{button.client_settings}}<?cs else ?>{{button.client_setup}}<?cs /if ?></a><?cs /if ?></p>
<?cs call:panel_close() ?>
